package raster

// formatsText ends docs/formats.md.
const formatsText = `
## Fonts

Text of a PDF that does not hold the font for it is drawn with the font that comes with the program: Latin, Greek, Cyrillic, Hebrew, Arabic, the scripts of India and South-East Asia, Chinese, Japanese, Korean and others, 44,253 characters ([list](../pipeline/raster/pdf/fonts/README.md)). Text in Times, Courier and other faces of Helvetica keeps pdfium's own fonts for the characters that those have. With ` + "`--fonts FOLDER`" + ` the fonts of a folder and the folders in it come first (` + "`.ttf`, `.otf` and `.ttc`" + `, at most 1,000 files and 256 MiB; links are not followed); one that calls itself Arial also takes the place of ours. Features depend on them: the hash of their contents is in the store's fingerprint, and ` + "`predict` and `verify --recompute`" + ` ask for the same folder. The machine's own fonts are never used. Nothing shapes text: letters of Arabic and of India's scripts stand as the file has them.

## What cannot be drawn

A PDF page that is white although it holds visible text, or an image, that could not be drawn is a row in the failures table with the class ` + "`unseen`" + `, and a sentence that names the font or the image. If other things are to be seen, the page is kept with the warning ` + "`incomplete`" + `. A page that is white as it should be (without contents, a scan of an empty sheet, white on white, or text that is not meant to be seen) has the warning ` + "`empty`" + `. For this the places of the first 400 objects of a page are looked at, or 5,000 if it is white; a text of which some letters are missing is not noticed, nor is a small image that something else covers. Images that take a twentieth of the page or more are also looked at for streams that are cut short.
`
