package raster

// formatsText ends docs/formats.md.
const formatsText = `
## Scans in PDF

A PDF page that is surely nothing but images, as scanners and copiers make them, is drawn without pdfium, from the images' own streams: JPEG, Group 3 and 4, Flate, LZW, run lengths or uncompressed, in greys of 1, 2, 4 or 8 bits, in RGB or by a palette; upright, mirrored or turned by quarters, in strips, and with stencils on them. Text that is invisible, as character recognition leaves it, or that lies under an image does not count, nor do links. Prepared pages differ from pdfium's by at most one level of 255 in the mean. All other pages are pdfium's: among them JBIG2, JPEG 2000, CMYK, soft masks, layers and images whose streams are damaged.

## Fonts

Text of a PDF that does not hold the font for it is drawn with the font that comes with the program: Latin, Greek, Cyrillic, Hebrew, Arabic, the scripts of India and South-East Asia, Chinese, Japanese, Korean and others, 44,253 characters ([list](../pipeline/raster/pdf/fonts/README.md)). Text in Times, Courier and other faces of Helvetica keeps pdfium's own fonts for the characters that those have. With ` + "`--fonts FOLDER`" + ` the fonts of a folder and the folders in it come first (` + "`.ttf`, `.otf` and `.ttc`" + `, at most 1,000 files and 256 MiB; links are not followed); one that calls itself Arial also takes the place of ours. Features depend on them: the hash of their contents is in the store's fingerprint, and ` + "`predict` and `verify --recompute`" + ` ask for the same folder. The machine's own fonts are never used. Nothing shapes text: letters of Arabic and of India's scripts stand as the file has them.

## What cannot be drawn

A PDF page that is white although it holds visible text, or an image, that could not be drawn is a row in the failures table with the class ` + "`unseen`" + `, and a sentence that names the font or the image. If other things are to be seen, the page is kept with the warning ` + "`incomplete`" + `. A page that is white as it should be (without contents, a scan of an empty sheet, white on white, or text that is not meant to be seen) has the warning ` + "`empty`" + `. For this the places of the first 400 objects of a page are looked at, or 5,000 if it is white; a text of which some letters are missing is not noticed, nor is a small image that something else covers. Images that take a twentieth of the page or more are also checked for streams that end before their pixels do. What goes wrong during these checks never costs a page that was drawn.
`
