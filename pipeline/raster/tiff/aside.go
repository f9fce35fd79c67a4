package tiff

// What a directory says it holds: NewSubfileType's bits, and SubfileType, which TIFF 6.0
// deprecates (pages 36 and 40).
const (
	bitReduced    = 1 << 0
	bitMask       = 1 << 2
	oldReduced    = 2
	transparency  = 4 // the photometric interpretation of a mask
	pyramidLevels = 3 // of a pyramid: fewer may be a page of A3 and one of A5
)

// keepPages leaves out the directories that hold no page: reduced copies, such as
// thumbnails and the levels of pyramids, and masks. A copy that is as large as the
// largest page is none; where no directory is full, as some fax programs have it, the
// copies are the pages.
func (f *File) keepPages() error {
	var pages []directory
	full, width, height := false, 0, 0 // the largest of the full ones
	for i, d := range f.pages {
		if f.isAside(i) || f.isReduced(d) {
			continue
		}
		full = true
		width, height = max(width, f.oneOr(d, tagWidth, 0)), max(height, f.oneOr(d, tagHeight, 0))
	}
	if err := f.checkCameraRaw(full); err != nil {
		return err
	}
	for i, d := range f.pages {
		smaller := f.oneOr(d, tagWidth, 0) < width || f.oneOr(d, tagHeight, 0) < height
		if !f.isAside(i) && !(f.isReduced(d) && smaller) {
			pages = append(pages, d)
		}
	}
	if len(pages) == 0 {
		return nil
	}
	if pages = f.withoutLevels(pages); f.broken != nil {
		pages = append(pages, nil)
	}
	f.pages = pages
	return nil
}

// isAside reports whether directory i is broken, a mask or a thumbnail of Exif.
func (f *File) isAside(i int) bool {
	d := f.pages[i]
	return d == nil || i > 0 && isExifThumbnail(d) || f.isMask(d)
}

// oneOr returns a field's first integer, or what stands for one that is absent or
// broken.
func (f *File) oneOr(d directory, tag uint16, absent int) int {
	n, err := f.one(d, tag, absent)
	if err != nil {
		return absent
	}
	return n
}

func (f *File) isReduced(d directory) bool {
	return f.oneOr(d, tagNewSubfileType, 0)&bitReduced != 0 || f.oneOr(d, tagSubfileType, 0) == oldReduced
}

func (f *File) isMask(d directory) bool {
	return f.oneOr(d, tagNewSubfileType, 0)&bitMask != 0 || f.oneOr(d, tagPhotometric, -1) == transparency
}

// isExifThumbnail: a JPEG whose size its directory leaves out, as Exif has it (Exif 2.3,
// section 4.6.2).
func isExifThumbnail(d directory) bool {
	_, jpeg := d[tagJPEGInterchange]
	_, width := d[tagWidth]
	return jpeg && !width
}

// withoutLevels leaves out the levels of a pyramid that does not say that it is one: all
// directories are tiled, and each is half as wide and high as the one before.
func (f *File) withoutLevels(pages []directory) []directory {
	if len(pages) < pyramidLevels {
		return pages
	}
	for i, d := range pages {
		if _, tiled := d[tagTileWidth]; !tiled || i > 0 && !f.isHalf(d, pages[i-1]) {
			return pages
		}
	}
	return pages[:1]
}

// isHalf compares sizes; halves are rounded up or down.
func (f *File) isHalf(d, of directory) bool {
	for _, tag := range []uint16{tagWidth, tagHeight} {
		whole, half := f.oneOr(of, tag, 0), f.oneOr(d, tag, 0)
		if half < 1 || half != max(whole/2, 1) && half != (whole+1)/2 {
			return false
		}
	}
	return true
}
