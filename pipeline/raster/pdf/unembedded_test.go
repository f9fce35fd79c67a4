package pdf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/image/font/gofont/goregular"

	"cutpoint/pipeline/raster/pdf/fonts"
)

// unembedded is a text in a font that its file does not hold.
type unembedded struct {
	name string
	font object   // the dictionary, which is object 5
	more []object // from 6 on: what it refers to
	text string   // in hexadecimal digits
	ink  float64
}

// codes writes characters as UTF-16, two bytes each.
func codes(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// composite is a font of a character collection, with codes of a named encoding.
func composite(name, base, encoding, ordering, text string) unembedded {
	return unembedded{
		name: name, text: text,
		font: object(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /%s /DescendantFonts [6 0 R] >>", base, encoding)),
		more: []object{
			object(fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (%s) /Supplement 2 >> /DW 1000 /FontDescriptor 7 0 R >>", base, ordering)),
			descriptor(base),
		},
	}
}

func descriptor(base string) object {
	return object(fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 32 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>", base))
}

// identity is a font whose codes are glyphs of a font that is not there; what they mean is
// in /ToUnicode alone.
func identity(name, base, text string) unembedded {
	u := composite(name, base, "Identity-H", "Identity", "")
	u.font = object(strings.Replace(string(u.font), " >>", " /ToUnicode 8 0 R >>", 1))
	var chars strings.Builder
	units := utf16.Encode([]rune(text))
	for i, c := range units {
		fmt.Fprintf(&chars, "<%04X> <%04X>\n", 700+i, c)
		u.text += fmt.Sprintf("%04X", 700+i)
	}
	u.more = append(u.more, stream("", fmt.Sprintf(`/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
%d beginbfchar
%sendbfchar
endcmap end end`, len(units), chars.String())))
	return u
}

// simple is a font of one byte a character, with glyphs by name from 128 on.
func simple(name, subtype, base string, glyphs ...string) unembedded {
	u := unembedded{name: name, more: []object{descriptor(base)}}
	widths := strings.Repeat("600 ", len(glyphs))
	u.font = object(fmt.Sprintf("<< /Type /Font /Subtype /%s /BaseFont /%s /FirstChar 128 /LastChar %d /Widths [%s] /FontDescriptor 6 0 R /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [128 /%s] >> >>",
		subtype, base, 127+len(glyphs), widths, strings.Join(glyphs, " /")))
	for i := range glyphs {
		u.text += fmt.Sprintf("%02X", 128+i)
	}
	return u
}

// file makes a page of the text.
func (u unembedded) file() []byte {
	content := "BT /F 40 Tf 20 100 Td <" + u.text + "> Tj ET"
	return drawn("/Font << /F 5 0 R >>", append([]object{u.font}, u.more...), page{400, 240, 0, content})
}

var russian = []string{"afii10017", "afii10018", "afii10036", "afii10040", "afii10065", "afii10086", "afii10097"}

// unembeddedTexts are texts of many scripts. Where ink is given, it is what pdfium outside
// the sandbox draws with Noto Sans CJK among the system's fonts, in black pixels.
func unembeddedTexts() []unembedded {
	texts := []unembedded{
		composite("Japanese in Shift JIS", "MS-Mincho", "90ms-RKSJ-H", "Japan1", "93FA967B8CEA82A983698386").inked(13231),
		composite("Japanese in UTF-16", "HeiseiKakuGo-W5", "UniJIS-UTF16-H", "Japan1", codes("日本語のテキスト")).inked(16366),
		composite("vertical Japanese", "HeiseiMin-W3", "UniJIS-UTF16-V", "Japan1", codes("日「本ー」")).inked(4358),
		composite("Japanese by numbers of its collection", "KozMinPro-Regular", "Identity-H", "Japan1", "0500060007000800").inked(13684),
		composite("simplified Chinese in GBK", "SimSun", "GBK-EUC-H", "GB1", "D6D0CEC4CEC4B5B5").inked(10103),
		composite("simplified Chinese in UCS-2", "STSong-Light", "UniGB-UCS2-H", "GB1", codes("中文文档测试")).inked(15740),
		composite("traditional Chinese in Big Five", "MingLiU", "ETen-B5-H", "CNS1", "A4A4A4E5A4E5").inked(6935),
		composite("traditional Chinese in UTF-16", "MSung-Light", "UniCNS-UTF16-H", "CNS1", codes("中文檔案測試")).inked(18163),
		composite("Korean in UHC", "Batang", "KSCms-UHC-H", "Korea1", "C7D1B1B9BEEE").inked(6352),
		composite("Korean in UCS-2", "HYSMyeongJo-Medium", "UniKS-UCS2-H", "Korea1", codes("한국어 문서")).inked(10495),
		simple("Cyrillic in Arial", "TrueType", "Arial", russian...),
		simple("Cyrillic in Times", "TrueType", "TimesNewRomanPSMT", russian...),
		simple("Cyrillic in a font of a strange name", "TrueType", "Baltica", russian...),
		simple("Cyrillic in Helvetica, Type 1", "Type1", "Helvetica", russian...),
		simple("Greek in bold Arial", "TrueType", "Arial,Bold", "Alpha", "Omega", "gamma", "delta", "pi"),
	}
	for _, text := range []string{
		"Пример текста", "Ελληνικά", "שלום עולם", "مرحبا بالعالم", "ภาษาไทย", "नमस्ते दुनिया", "বাংলা ভাষা", "தமிழ் மொழி", "తెలుగు భాష", "ಕನ್ನಡ", "മലയാളം",
		"ગુજરાતી", "ਪੰਜਾਬੀ", "ଓଡ଼ିଆ", "සිංහල", "Tiếng Việt ệ ữ", "ქართული", "Հայերեն", "አማርኛ", "ភាសាខ្មែរ", "မြန်မာ", "ພາສາລາວ", "བོད་སྐད", "ᠮᠣᠩᠭᠣᠯ",
		"日本語テキスト", "대한민국", "中文檔案测试", "Plain English", "→∑≤■", "☑✓",
	} {
		texts = append(texts, identity(text+" in Times", "TimesNewRomanPSMT", text), identity(text+" in SimSun", "SimSun", text))
	}
	return texts
}

func (u unembedded) inked(want float64) unembedded {
	u.ink = want
	return u
}

// ink is how dark a page is, in black pixels.
func ink(pix []uint8) float64 {
	sum := 0
	for _, v := range pix {
		sum += 255 - int(v)
	}
	return float64(sum) / 255 / 3
}

func TestTextWithoutItsFont(t *testing.T) {
	seen := map[string]string{}
	for _, u := range unembeddedTexts() {
		pix, _, _ := decode(t, open(t, u.file(), 0), 0)
		got := ink(pix)
		if few := 500 * float64(len(u.text)/4); got < few/2 { // fewer than a thin letter's, for each
			t.Errorf("%s: ink of %.0f pixels", u.name, got)
		}
		if u.ink > 0 && math.Abs(got-u.ink) > 0.02*u.ink {
			t.Errorf("%s: ink of %.0f pixels, want %.0f", u.name, got, u.ink)
		}
		if other := seen[string(pix)]; other != "" && !strings.HasPrefix(other, u.name[:4]) {
			t.Errorf("%s looks like %s", u.name, other)
		}
		seen[string(pix)] = u.name
	}
}

// TestNumbersOfArialsGlyphs: files that have them in the place of characters, and nothing
// about what they mean, show the right characters.
func TestNumbersOfArialsGlyphs(t *testing.T) {
	byNumber, _, _ := decode(t, open(t, composite("", "ArialMT", "Identity-H", "Identity", "002B00440050004500580055004A").file(), 0), 0)
	byMeaning, _, _ := decode(t, open(t, identity("", "ArialMT", "Hamburg").file(), 0), 0)
	if string(byNumber) != string(byMeaning) || ink(byNumber) == 0 {
		t.Errorf("ink of %.0f pixels by number, %.0f by meaning", ink(byNumber), ink(byMeaning))
	}
}

// TestFontsOfAFolder: they come before our own, and their names do not matter.
func TestFontsOfAFolder(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "any.TTF"), goregular.TTF, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := fonts.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	data := simple("", "TrueType", "Go", "H", "a", "m", "b", "u", "r", "g").file()
	var pages [2][]byte
	for i, with := range []fonts.Set{{}, set} {
		f, err := Open(context.Background(), data, 1, 0, with)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		pages[i], _, _ = decode(t, f, 0)
	}
	if string(pages[0]) == string(pages[1]) {
		t.Error("a font of the folder changes nothing")
	}
	if _, err := Open(context.Background(), data, 1, 0, fonts.Set{SHA256: strings.Repeat("0", 64)}); !errors.Is(err, fonts.ErrAbsent) {
		t.Errorf("with fonts that are not at hand: %v", err)
	}
}

// TestInkElsewhere compares with what pdfium outside the sandbox draws;
// scripts/conformance-fonts runs it twice: to write the files, and to compare.
func TestInkElsewhere(t *testing.T) {
	folder := os.Getenv("CUTPOINT_UNEMBEDDED")
	if folder == "" {
		t.Skip("scripts/conformance-fonts: compares with pdfium")
	}
	elsewhere := drawnElsewhere(t, filepath.Join(folder, "ink.jsonl"))
	for i, u := range unembeddedTexts() {
		file := fmt.Sprintf("%02d.pdf", i)
		if elsewhere == nil {
			if err := os.WriteFile(filepath.Join(folder, file), u.file(), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		pix, _, _ := decode(t, open(t, u.file(), 0), 0)
		got, want := ink(pix), elsewhere[file]
		t.Logf("%s: ink of %.0f pixels here, %.0f there", u.name, got, want)
		if got == 0 || want > 0 && math.Abs(got-want) > 0.1*want {
			t.Errorf("%s: ink of %.0f pixels, there %.0f", u.name, got, want)
		}
	}
}

// drawnElsewhere reads what scripts/conformance/fonts.py printed, if it has.
func drawnElsewhere(t *testing.T, list string) map[string]float64 {
	lines, err := os.ReadFile(list)
	if err != nil {
		return nil
	}
	all := map[string]float64{}
	for _, line := range strings.Split(strings.TrimSpace(string(lines)), "\n") {
		var page struct {
			File string
			Ink  float64
		}
		if err := json.Unmarshal([]byte(line), &page); err != nil {
			t.Fatal(err)
		}
		all[page.File] = page.Ink
	}
	return all
}
