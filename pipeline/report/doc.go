// Package report draws a comparison as one HTML file that needs nothing else: no
// network, no script, no font. Charts are SVG with the numbers in tables beside
// them. It is written for the person who has to decide and for the reviewer who
// doubts: the advice comes first, then what it rests on, then how it was measured.
//
// All names (labels, paths, cuts) are hostile until shown otherwise: they are
// escaped, isolated from the direction of the text around them, and characters
// that cannot be seen are written out.
package report
