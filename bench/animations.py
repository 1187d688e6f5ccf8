"""The contenders for one moving logo of 216 px on a 1080 × 1080 canvas, over a photo and a product.

`python -m bench.animations NAME FOLDER OUT FRAMES MOTION` lets one of them make OUT and prints what its work cost.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from statistics import median

from PIL import Image

from bench.inputs import LOGO, PHOTO, PRODUCT
from prompt_media.imaging import decode
from prompt_media.imaging.draw import Sprite
from prompt_media.imaging.geometry import Box, Size
from sessions_app.composing import render
from sessions_app.composing.scene import Kind, Layer, Motion, Place, Role, Scene

FPS, SIDE, LOGO_SIDE = 20, 1080, 216
PRODUCT_SIZE, PRODUCT_CORNER = (360, 540), (360, 270)
TOP = (SIDE - LOGO_SIDE) // 2
MOTIONS = {"slide": Motion(Kind.SLIDE, 1, 0), "rotate": Motion(Kind.ROTATE, 1), "fade": Motion(Kind.FADE, 1)}
WARM_RUNS = 5

Work = Callable[[], bytes]


def main(name: str, folder: str, out: str, frames: str, motion: str) -> None:
    work = CONTENDERS[name](Path(folder), int(frames), motion)
    warm = name.endswith("warm")
    if warm:
        work()
    costs = [_measured(work, Path(out)) for _ in range(WARM_RUNS if warm else 1)]
    print(json.dumps({"work_s": median(wall for wall, _ in costs), "work_cpu_s": median(cpu for _, cpu in costs)}))


def _measured(work: Work, out: Path) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    out.write_bytes(work())
    return time.perf_counter() - wall, time.process_time() - cpu


def pillow(folder: Path, frames: int, motion: str) -> Work:
    """Pillow as usually written: compose all frames, save them with save_all."""

    def work() -> bytes:
        file = BytesIO()
        images = list(true_frames(folder, frames, motion))
        images[0].save(file, "GIF", save_all=True, append_images=images[1:], duration=1000 // FPS, loop=0)
        return file.getvalue()

    return work


def from_files(folder: Path, frames: int, motion: str) -> Work:
    """Ours, from the uploaded files: read, decode, scale, animate."""
    return lambda: render.moving(scene(frames, motion), decoded(folder)).data


def from_layers(folder: Path, frames: int, motion: str) -> Work:
    """Ours, from layers that an earlier request of the same session has scaled."""
    kept = Kept(decoded(folder))
    return lambda: render.moving(scene(frames, motion), kept).data


class Kept:
    """Pictures that remember every sprite they made, as a server's layer cache does."""

    def __init__(self, pictures: render.Pictures) -> None:
        self._pictures = pictures
        self._sprites: dict[tuple[str, Size, Box], Sprite] = {}

    def size(self, tag: str) -> Size:
        return self._pictures.size(tag)

    def sprite(self, tag: str, size: Size, crop: Box) -> Sprite:
        key = (tag, size, crop)
        if key not in self._sprites:
            self._sprites[key] = self._pictures.sprite(tag, size, crop)
        return self._sprites[key]


CONTENDERS: dict[str, Callable[[Path, int, str], Work]] = {
    "pillow": pillow,
    "files": from_files,
    "files-warm": from_files,
    "layers-warm": from_layers,
}


def scene(frames: int, motion: str) -> Scene:
    layers = (
        Layer("photo", Place(Role.BACKGROUND)),
        Layer("product", Place(scale=0.5)),
        Layer("logo", Place(Role.FRONT, scale=LOGO_SIDE / SIDE), (MOTIONS[motion],)),
    )
    return Scene(layers, Size(SIDE, SIDE), frames=frames, fps=FPS)


def decoded(folder: Path) -> render.Decoded:
    files = {"photo": PHOTO, "product": PRODUCT, "logo": LOGO}
    enough = Size(SIDE, SIDE)
    return render.Decoded(
        {tag: decode.picture((folder / name).read_bytes(), enough=enough) for tag, name in files.items()}
    )


def true_frames(folder: Path, count: int, motion: str) -> Iterator[Image.Image]:
    """Every frame as a whole canvas in true colour: what is usually written, and what all are compared with."""
    canvas, product, logo = _layers(folder)
    canvas.paste(product, PRODUCT_CORNER, product)
    for frame in range(count):
        image = canvas.copy()
        sprite, corner = _posed(logo, frame, count, motion)
        image.paste(sprite, corner, sprite)
        yield image.convert("RGB")


def _layers(folder: Path) -> tuple[Image.Image, Image.Image, Image.Image]:
    photo = Image.open(folder / PHOTO).convert("RGBA")
    scale = SIDE / min(photo.size)
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.LANCZOS)
    left = (photo.width - SIDE) // 2
    product = Image.open(folder / PRODUCT).convert("RGBA").resize(PRODUCT_SIZE, Image.Resampling.LANCZOS)
    logo = Image.open(folder / LOGO).convert("RGBA").resize((LOGO_SIDE, LOGO_SIDE), Image.Resampling.LANCZOS)
    return photo.crop((left, 0, left + SIDE, SIDE)), product, logo


def _posed(logo: Image.Image, frame: int, count: int, motion: str) -> tuple[Image.Image, tuple[int, int]]:
    if motion == "rotate":
        return logo.rotate(-360 * frame / count, Image.Resampling.BICUBIC), (TOP, TOP)
    if motion == "fade":
        faded = logo.copy()
        faded.putalpha(logo.getchannel("A").point(lambda alpha: round(alpha * frame / (count - 1))))
        return faded, (TOP, TOP)
    return logo, (round((SIDE - LOGO_SIDE) * frame / (count - 1)), TOP)


def ffmpeg(folder: Path, out: Path, frames: int, motion: str) -> list[str]:
    """The command that makes the same animation: each input decoded once, one palette of all frames, no dither."""
    inputs = [part for name in (PHOTO, PRODUCT, LOGO) for part in ("-framerate", str(FPS), "-i", str(folder / name))]
    return [
        "ffmpeg",
        "-y",
        "-v",
        "error",
        *inputs,
        "-filter_complex",
        _graph(frames, motion),
        "-map",
        "[gif]",
        str(out),
    ]


def _graph(frames: int, motion: str) -> str:
    repeat = f"loop=loop={frames - 1}:size=1,setpts=N"
    effect = {
        "slide": "null",
        "rotate": f"rotate=a='2*PI*n/{frames}':c=none:ow=iw:oh=ih:bilinear=1",
        "fade": f"fade=t=in:s=0:n={frames - 1}:alpha=1",
    }[motion]
    x = f"'max(0,round({SIDE - LOGO_SIDE}*(n-1)/{frames - 1}))'" if motion == "slide" else str(TOP)
    width, height = PRODUCT_SIZE
    return ";".join(
        (
            f"[0:v]scale=1440:{SIDE}:flags=lanczos,crop={SIDE}:{SIDE},format=rgb24[photo]",
            f"[1:v]scale={width}:{height}:flags=lanczos,format=rgba[product]",
            f"[photo][product]overlay={PRODUCT_CORNER[0]}:{PRODUCT_CORNER[1]}:format=rgb,{repeat}[plate]",
            f"[2:v]scale={LOGO_SIDE}:{LOGO_SIDE}:flags=lanczos,format=rgba,{repeat},{effect}[logo]",
            f"[plate][logo]overlay=x={x}:y={TOP}:format=rgb:shortest=1,trim=end_frame={frames},format=rgb24,split[a][b]",
            "[a]palettegen=reserve_transparent=1[palette]",
            "[b][palette]paletteuse=dither=none:diff_mode=rectangle[gif]",
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
