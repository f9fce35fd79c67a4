package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"strings"
)

//go:embed style.css
var style string

// shades is how many steps the background of a cell has, from nothing to all.
const shades = 20

// heat are the shades in light and in dark: nothing, a little, half and all.
var heat = [2][4]colour{
	{{251, 251, 248}, {226, 239, 248}, {126, 181, 219}, {0, 79, 130}},
	{{23, 25, 28}, {26, 44, 58}, {38, 104, 150}, {150, 212, 250}},
}

// shaded returns the colour of a step of a mode's shades.
func shaded(mode, step int) colour {
	h, share := heat[mode], float64(step)/shades
	switch {
	case step == 0:
		return h[0]
	case share < 0.5:
		return h[1].towards(h[2], 2*share)
	}
	return h[2].towards(h[3], 2*share-1)
}

// colour is sRGB.
type colour [3]uint8

func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// towards mixes two colours in sRGB.
func (c colour) towards(o colour, share float64) colour {
	for i := range c {
		c[i] = uint8(math.Round(float64(c[i]) + share*(float64(o[i])-float64(c[i]))))
	}
	return c
}

// luminance is that of WCAG 2.2, "relative luminance".
func (c colour) luminance() float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := float64(c[i]) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// contrast is the ratio of WCAG 2.2 between two colours, from 1 to 21.
func (c colour) contrast(o colour) float64 {
	a, b := c.luminance(), o.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// inkOn returns white if it can be read on a colour (WCAG 2.2, 1.4.3), else black,
// which then can: one of the two always has a contrast of √21 = 4.58 or more.
func inkOn(c colour) colour {
	black, white := colour{}, colour{255, 255, 255}
	if c.contrast(white) >= 4.5 {
		return white
	}
	return black
}

// heatStyle returns the rules of the shades.
func heatStyle() string {
	var b strings.Builder
	for mode := range heat {
		if mode == 1 {
			b.WriteString("@media screen and (prefers-color-scheme: dark){\n")
		}
		for i := range shades + 1 {
			c := shaded(mode, i)
			fmt.Fprintf(&b, ".h%d{background:%s;color:%s}\n", i, c, inkOn(c))
		}
		if mode == 1 {
			b.WriteString("}\n")
		}
	}
	return b.String()
}

// styleSheet returns the page's style and the policy that admits it and pictures
// within the page, and nothing else (Content Security Policy Level 3).
func styleSheet() (template.CSS, string) {
	sheet := "\n" + style + heatStyle()
	sum := sha256.Sum256([]byte(sheet))
	return template.CSS(sheet), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
}
