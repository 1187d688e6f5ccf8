"""A session's tagged pictures, as composing asks for them: by tag, at a size, from layers that are decoded already."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from prompt_media.files import intake, layers, store
from prompt_media.imaging import decode, draw
from prompt_media.imaging.draw import Sprite
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture
from sessions_app.models import Image

_SpriteKey = tuple[str, Size, Box]


class _Sprites:
    """The sprites used last in this process, up to so many bytes: while somebody types, nothing is scaled twice."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[_SpriteKey, Sprite] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _SpriteKey) -> Sprite | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: _SpriteKey, sprite: Sprite) -> None:
        with self._lock:
            self._kept[key] = sprite
            while sum(_bytes(kept) for kept in self._kept.values()) > self._room and len(self._kept) > 1:
                self._kept.popitem(last=False)


_sprites = _Sprites(room=64 * 1024 * 1024)


class TaggedPictures:
    """Implements composing.render.Pictures over rows."""

    def __init__(self, images: Mapping[str, Image]) -> None:
        self._images = images

    def size(self, tag: str) -> Size:
        image = self._images[tag]
        return Size(image.width, image.height)

    def sprite(self, tag: str, size: Size, crop: Box) -> Sprite:
        image = self._images[tag]
        key = (image.sha256, size, crop)
        if (kept := _sprites.get(key)) is None:
            kept = draw.sprite(_picture(image, size), size, crop)
            _sprites.keep(key, kept)
        return kept


class FreshPictures:
    """Implements it over stored files' bytes: gives what TaggedPictures gives, and past every cache."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._sizes: dict[str, Size] = {}
        self._layers: dict[str, Picture] = {}
        for tag in files:
            whole = self._decoded(tag)
            self._sizes[tag], self._layers[tag] = whole.size, layers.bounded(whole)

    def size(self, tag: str) -> Size:
        return self._sizes[tag]

    def sprite(self, tag: str, size: Size, crop: Box) -> Sprite:
        source = self._decoded(tag) if _asks_for_more(size, self.size(tag)) else self._layers[tag]
        return draw.sprite(source, size, crop)

    def _decoded(self, tag: str) -> Picture:
        return decode.picture(self._files[tag], intake.limits())


def _picture(image: Image, size: Size) -> Picture:
    """The layer, or the stored file itself where more is asked than the layer has and the file can give."""
    if _asks_for_more(size, Size(image.width, image.height)):
        return decode.picture(store.read(image.key), intake.limits())
    return layers.layer(image.sha256, image.key)


def _asks_for_more(size: Size, whole: Size) -> bool:
    """Than the layer of a picture has that is larger itself."""
    return size.width > layers.bounds(whole).width and whole != layers.bounds(whole)


def _bytes(sprite: Sprite) -> int:
    return sprite.rgb.nbytes + (0 if sprite.alpha is None else sprite.alpha.nbytes)
