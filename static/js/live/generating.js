// One sector made anew by POST /generate: the picture, and what is told of it.
import { Refused, call, get } from "./calling.js";

const LOOKS_MS = 500;

/** The changed picture and its facts. Where so many wait that the answer does not, the job is waited for. */
export async function generate(wish) {
  const response = await call("/generate", wish);
  return response.status === 202 ? ofJob(await finished((await response.json()).id)) : ofAnswer(response);
}

async function ofAnswer(response) {
  const { headers } = response;
  return {
    picture: await response.blob(),
    prompt: decodeURIComponent(headers.get("X-Prompt-Used") ?? ""),
    sector: headers.get("X-Target-Sector"),
    status: headers.get("X-Generation-Status"),
    outside: numberIn(headers.get("X-Outside-Delta")),
    change: numberIn(headers.get("X-Change")),
  };
}

async function ofJob({ result }) {
  const response = await get(result.url);
  return {
    picture: await response.blob(),
    prompt: result.prompt,
    sector: result.target_sector,
    status: result.status,
    outside: result.outside_delta,
    change: result.change,
  };
}

async function finished(id) {
  for (;;) {
    const job = await (await get(`/api/v1/jobs/${id}/`)).json();
    if (job.status === "done") return job;
    if (["failed", "cancelled"].includes(job.status)) throw new Refused(job.error || "It was cancelled.");
    await new Promise((then) => { setTimeout(then, LOOKS_MS); });
  }
}

function numberIn(text) {
  return text === null ? null : Number(text);
}
