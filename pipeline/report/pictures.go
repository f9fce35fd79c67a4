package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image"
	_ "image/jpeg" // thumbnails are JPEG or PNG
	_ "image/png"
	"io/fs"
	"path"
	"strings"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

// Bounds of the lists of pages to look at.
const (
	pictured       = 12       // pages of each list that have a card
	pictureBytes   = 64 << 10 // of a thumbnail
	pictureSide    = 1024     // pixels
	pictureMessage = 160      // characters of what went wrong
)

// Thumbnail returns a small JPEG or PNG of a page. An error becomes a sentence in
// the place of the picture.
type Thumbnail func(compare.Outcome) ([]byte, error)

// gallery is a list of pages to look at.
type gallery struct {
	ID, Title, About string
	Cards            []card
	Rest             []card // without pictures
}

// card is one page.
type card struct {
	Name, Alt        string
	Path             template.HTML
	Page             string
	FullPath         string
	Label, Predicted string
	Same             bool // the label is what the head says, too
	LabelP           string
	PredictedP       string
	Entropy          string
	LabelBar         template.HTML
	PredictedBar     template.HTML
	Picture          template.URL
	Width, Height    int
	Missing          string // why there is no picture
}

// galleries are the lists that are not empty.
func (f field) galleries(thumbnail Thumbnail) []gallery {
	r := f.report
	unit, heads := plurals(r), "Heads of "+f.chosen().Title()+" that had not seen these "+plurals(r)
	var out []gallery
	for _, g := range []struct {
		gallery
		list []compare.Outcome
	}{
		{gallery{ID: "suspects", Title: "Labels that may be wrong", About: heads + " take them for another class, and are as sure of it as they are of that class’s own " + unit + " on average. Look at each; if the label is wrong, correct it and compare again."}, r.Pages.Suspects},
		{gallery{ID: "surprising", Title: "Most surprising", About: heads + " gave their label the least probability: mislabelled, badly scanned, or unlike the rest of their class."}, r.Pages.Surprising},
		{gallery{ID: "confused", Title: "Hardest to tell", About: heads + " spread the probability most evenly over the classes (largest entropy). More labels like these teach the most."}, r.Pages.Confused},
	} {
		for i, o := range g.list {
			if i < pictured {
				g.Cards = append(g.Cards, newCard(o, thumbnail))
			} else {
				g.Rest = append(g.Rest, newCard(o, nil))
			}
		}
		if len(g.Cards) > 0 {
			out = append(out, g.gallery)
		}
	}
	return out
}

func newCard(o compare.Outcome, thumbnail Thumbnail) card {
	c := card{
		Name: clipMiddle(visible(path.Base(strings.ReplaceAll(o.Path, `\`, "/"))), 48), Path: breakable(pathOf(o.Path)), FullPath: pathOf(o.Path),
		Label: nameOf(o.Label), Predicted: nameOf(o.Predicted), Same: o.Label == o.Predicted,
		LabelP: percent(o.LabelProbability), PredictedP: percent(o.PredictedProbability), Entropy: quantity.Fixed(o.Entropy, 2),
		LabelBar: bar(o.LabelProbability), PredictedBar: bar(o.PredictedProbability),
	}
	if o.Page >= 0 {
		c.Page = fmt.Sprintf("page %d", o.Page)
	}
	c.Alt = strings.TrimSpace("Thumbnail of " + c.Page + " " + c.Name)
	if thumbnail == nil {
		return c
	}
	data, err := thumbnail(o)
	if err == nil {
		err = c.picture(data)
	}
	if err != nil {
		c.Missing = missing(err)
	}
	return c
}

// picture takes the bytes only if they are what they should be.
func (c *card) picture(data []byte) error {
	if len(data) > pictureBytes {
		return fmt.Errorf("the picture has %d bytes, more than %d", len(data), pictureBytes)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err == nil && format != "jpeg" && format != "png" {
		err = fmt.Errorf("it is neither JPEG nor PNG")
	}
	if err != nil {
		return fmt.Errorf("the picture cannot be read: %w", err)
	}
	if config.Width > pictureSide || config.Height > pictureSide {
		return fmt.Errorf("the picture is %d × %d pixels", config.Width, config.Height)
	}
	c.Width, c.Height = config.Width, config.Height
	c.Picture = template.URL("data:image/" + format + ";base64," + base64.StdEncoding.EncodeToString(data))
	return nil
}

// breakable lets a path be broken after each slash.
func breakable(path string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(path), "/", "/<wbr>"))
}

// missing says in a few words why a page has no picture.
func missing(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "There is no file at this path any more."
	case errors.Is(err, fs.ErrPermission):
		return "The file may not be read."
	}
	return "No picture: " + clip(visible(err.Error()), pictureMessage)
}
