package raster

// Warning says why a decoded page may not be what a person would see; "" if nothing
// speaks for that. Of several, the first of this list stands.
type Warning string

// The warnings.
const (
	Incomplete Warning = "incomplete" // an image or a text of the page could not be drawn, the rest is there
	Dark       Warning = "dark"       // its samples use a small part of their range: nearly all of it is black
	Empty      Warning = "empty"      // it shows nothing, as the back of a sheet does
)
