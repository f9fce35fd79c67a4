"""Draws the page of the tests, of strokes in lines, and writes the fax streams of it as
libtiff codes them. Needs Pillow.
"""
import os
import random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 620, 877

rng = random.Random(1)
page = Image.new("1", (WIDTH, HEIGHT), 0)  # zeros are coded as white
draw = ImageDraw.Draw(page)
for line in range(90, HEIGHT - 90, 25):
    x = 80
    while x < WIDTH - 100:
        top, height, width = line + rng.randrange(4), 2 + rng.randrange(10), 1 + rng.randrange(3)
        draw.rectangle((x, top, x + width, top + height), fill=1)
        x += 3 + rng.randrange(12)
draw.rectangle((400, 700, 540, 760), fill=1)  # shows which way is up

for name, options in {
    "page.g4": {"compression": "group4"},
    "page.g3": {"compression": "group3", "tiffinfo": {292: 0}},
    "page.g32d": {"compression": "group3", "tiffinfo": {292: 1}},
}.items():
    page.save("page.tif", strip_size=1 << 24, **options)
    with Image.open("page.tif") as tiff:
        (at,), (size,) = tiff.tag_v2[273], tiff.tag_v2[279]
    with open("page.tif", "rb") as source, open(name, "wb") as stream:
        stream.write(source.read()[at : at + size])
os.remove("page.tif")
