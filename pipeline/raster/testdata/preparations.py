"""Prints what the references make of drawn pages: python preparations.py >
preparations.json, with Pillow 12.3.0, torchvision 0.29.2 and Keras 3.15.1 (on torch). A
page's sample i is i * 7919 % 251 + i % 5."""
import hashlib
import json
import os
import tempfile

os.environ["KERAS_BACKEND"] = "torch"
import keras
from PIL import Image, ImageOps
from torchvision import transforms

SIZES = [(300, 200), (200, 300), (224, 224), (225, 223), (97, 500), (1000, 30), (40, 31), (3, 2), (640, 455), (256, 256), (223, 400), (3, 2000), (5, 4000)]
R = Image.Resampling
FILTERS = {"nearest": R.NEAREST, "box": R.BOX, "bilinear": R.BILINEAR, "bicubic": R.BICUBIC, "lanczos": R.LANCZOS}


def keras_nearest(image):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.png")
        image.save(path)
        return keras.utils.load_img(path, target_size=(224, 224))


def crop(name):
    modes = transforms.InterpolationMode
    mode = {"nearest": modes.NEAREST, "box": modes.BOX, "bilinear": modes.BILINEAR, "bicubic": modes.BICUBIC, "lanczos": modes.LANCZOS}[name]
    return transforms.Compose([transforms.Resize(256, interpolation=mode), transforms.CenterCrop(224)])


def white(image):
    return 255 if image.mode == "L" else (255, 255, 255)


rows = []
for mode in ("L", "RGB"):
    for size in SIZES:
        count = size[0] * size[1] * len(mode)
        image = Image.frombytes(mode, size, bytes((i * 7919 % 251 + i % 5) % 256 for i in range(count)))
        made = {"squash nearest": keras_nearest(image)}
        for name, filter in FILTERS.items():
            if name != "nearest":
                made["squash " + name] = image.resize((224, 224), filter)
            if max(size) < 200 * min(size):  # Pillow has no sides of no pixels
                made["pad " + name] = ImageOps.pad(image, (224, 224), filter, white(image))
            made["crop " + name] = crop(name)(image)
        for how, result in made.items():
            result = result.convert("RGB")
            assert result.size == (224, 224)
            rows.append({"channels": len(mode), "size": size, "how": how, "sha256": hashlib.sha256(result.tobytes()).hexdigest()})
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
