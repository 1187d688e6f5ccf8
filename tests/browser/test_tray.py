"""How pictures come in and get their names."""

import re

from playwright.sync_api import Route, expect


def test_files_can_be_dropped_anywhere(studio, photo, logo):
    carried = studio.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, type, data] of files) {
                transfer.items.add(new File([Uint8Array.from(data)], name, { type }));
            }
            return transfer;
        }""",
        [[file.name, file.mime, list(file.data)] for file in (photo, logo)],
    )

    studio.dispatch_event("#main", "dragover", {"dataTransfer": carried})
    expect(studio.locator("[data-drop]")).to_have_class(re.compile("over"))
    studio.dispatch_event("#main", "drop", {"dataTransfer": carried})

    expect(studio.locator("#tray .shot")).to_have_count(2)
    expect(studio.locator("[data-drop]")).not_to_have_class(re.compile("over"))


def test_a_picture_can_be_pasted(studio, logo):
    studio.evaluate(
        """async (data) => {
            const picture = new Blob([Uint8Array.from(data)], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        list(logo.data),
    )

    studio.locator("#prompt").focus()
    studio.keyboard.press("Control+V")

    expect(studio.locator("#tray .shot")).to_have_count(1)


def test_each_file_has_its_own_bar_and_its_own_fate(studio, complaints, photo, logo):
    held: list[Route] = []
    studio.route("**/upload/**", lambda route: held.append(route) if not drawn else route.continue_())
    drawn = False
    text = {"name": "notes.png", "mimeType": "image/png", "buffer": b"These are notes."}

    studio.locator("[data-pick]").first.set_input_files([photo.payload, text, logo.payload])

    expect(studio.locator("#uploading progress")).to_have_count(3)
    drawn = True
    for route in held:
        route.continue_()
    expect(studio.locator("#tray .shot")).to_have_count(2)
    expect(studio.locator("#uploading li")).to_have_count(0)
    expect(studio.locator("#refused .note")).to_have_count(1)
    expect(studio.locator("#refused strong")).to_have_text("notes.png")
    studio.get_by_role("button", name="Dismiss").click()
    expect(studio.locator("#refused .note")).to_have_count(0)
    complaints.expect("415")


def test_a_file_is_seen_all_the_way_from_its_bar_into_the_tray(studio, photo, logo):
    held: list[Route] = []
    seen = False
    studio.route("**/tray/", lambda route: held.append(route) if not seen else route.continue_())
    pick = studio.locator("[data-pick]").first
    with studio.expect_request("**/tray/") as look:
        pick.set_input_files(photo.payload)
    answer = studio.request.get(look.value.url)
    with studio.expect_response("**/upload/**"):
        pick.set_input_files(logo.payload)

    # This look at the tray began before the second file was there.
    held[0].fulfill(response=answer)
    expect(studio.locator("#tray .shot")).to_have_count(1)
    expect(studio.locator("#uploading li")).to_have_count(1)

    seen = True
    for route in held[1:]:
        route.continue_()
    expect(studio.locator("#tray .shot")).to_have_count(2)
    expect(studio.locator("#uploading li")).to_have_count(0)


def test_an_upload_that_lost_its_connection_can_be_tried_again(studio, complaints, photo):
    studio.route("**/upload/**", lambda route: route.abort(), times=1)

    studio.locator("[data-pick]").first.set_input_files(photo.payload)
    studio.get_by_role("button", name="Try again").click()

    expect(studio.locator("#tray .shot")).to_have_count(1)
    expect(studio.locator("#refused .note")).to_have_count(0)
    complaints.expect("ERR_FAILED")


def test_a_first_visitor_can_try_the_sentence(studio):
    studio.get_by_role("button", name="@BG is the background and @vase moves").click()

    expect(studio.locator("#prompt")).to_have_value("@BG is the background and @vase moves from left to right")
    expect(studio.locator(".reading li")).to_have_count(2)
    expect(studio.get_by_role("button", name="Make the GIF")).to_be_enabled()


def test_a_taken_tag_is_refused_in_its_field_with_one_that_would_do(samples, complaints):
    samples.get_by_role("button", name="Tag vase, change it").click()
    samples.keyboard.type("bg")
    samples.keyboard.press("Enter")

    expect(samples.get_by_role("alert").filter(has_text="@bg")).to_be_visible()
    expect(samples.locator("[aria-invalid=true]")).to_be_focused()
    samples.get_by_role("button", name="Use bg_2").click()
    expect(samples.get_by_role("button", name="Tag bg_2, change it")).to_be_visible()
    expect(samples.locator("#insert .tag")).to_have_text(["BG", "bg_2", "mark"])
    complaints.expect("422")


def test_escape_leaves_a_tag_as_it_was(samples):
    chip = samples.get_by_role("button", name="Tag vase, change it")
    chip.click()
    samples.keyboard.type("something")
    samples.keyboard.press("Escape")

    expect(chip).to_be_focused()
    expect(chip).to_have_text("vase")
