// Calls to the studio, with the page's token. What is refused says why, in the server's own words (problem+json).

export class Refused extends Error {}

export async function call(address, body) {
  const response = await fetched(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) },
    body: body && JSON.stringify(body),
  });
  return accepted(response);
}

export async function get(address) {
  return accepted(await fetched(address, { method: "GET" }));
}

async function fetched(address, how) {
  try { return await fetch(address, how); } catch { throw new Refused("No connection. Nothing was changed; try again when it is back."); }
}

async function accepted(response) {
  if (!response.ok) throw new Refused(await words(response));
  return response;
}

async function words(response) {
  try { return (await response.json()).detail; } catch { return `The server answered ${response.status}. Try again.`; }
}
