package describe

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"cutpoint/pipeline/printable"
)

// Card writes the store's newest snapshot as a Hugging Face dataset card: YAML that
// tells its loader where each table's parts are, then prose. Paths are relative to
// the store: the file belongs into its folder (schemas.CardFile).
func Card(w io.Writer, s Store) error {
	var b strings.Builder
	b.WriteString("---\n")
	s.yaml(&b)
	b.WriteString("---\n\n")
	s.prose(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// loadable are the tables with rows, cuts first: the loader takes the first one
// by default.
func (s Store) loadable() []Table {
	out := slices.DeleteFunc(slices.Clone(s.Tables), func(t Table) bool { return len(t.Parts) == 0 })
	slices.SortStableFunc(out, func(a, b Table) int {
		if (a.Cut == nil) == (b.Cut == nil) {
			return 0
		}
		if a.Cut != nil {
			return -1
		}
		return 1
	})
	return out
}

// yaml writes the front matter (Hub documentation, "Manual Configuration" and
// "Dataset Cards"). Quoted strings are JSON's, which YAML 1.2 reads alike.
func (s Store) yaml(b *strings.Builder) {
	fmt.Fprintf(b, "pretty_name: %s\n", quote(s.title()))
	fmt.Fprintf(b, "task_categories:\n- image-feature-extraction\n")
	fmt.Fprintf(b, "tags:\n- embeddings\n- features\n- document-images\n- %s\n", quote(strings.ToLower(s.Description.Model)))
	fmt.Fprintf(b, "size_categories:\n- %s\n", sizeCategory(s.Pages))
	tables := s.loadable()
	if len(tables) == 0 {
		return
	}
	b.WriteString("configs:\n")
	for i, t := range tables {
		fmt.Fprintf(b, "- config_name: %s\n", quote(t.Name))
		if i == 0 {
			b.WriteString("  default: true\n")
		}
		// The loader wants a split; the corpus's own are in the column split.
		b.WriteString("  data_files:\n  - split: train\n    path:\n")
		for _, p := range t.Parts {
			fmt.Fprintf(b, "    - %s\n", quote(t.file(p)))
		}
	}
	b.WriteString("dataset_info:\n")
	for _, t := range tables {
		fmt.Fprintf(b, "- config_name: %s\n  features:\n", quote(t.Name))
		for _, c := range t.columns() {
			fmt.Fprintf(b, "  - name: %s\n    %s\n", c.name, c.kind.huggingFace())
		}
	}
}

// huggingFace is the type of a column as the package datasets names it.
func (k kind) huggingFace() string {
	switch k {
	case int32s:
		return "dtype: int32"
	case int64s:
		return "dtype: int64"
	case instant:
		return "dtype: timestamp[us, tz=UTC]"
	case vector:
		return "sequence: float32"
	}
	return "dtype: string"
}

// sizeCategory is the Hub's name for how many rows a data set has.
func sizeCategory(rows int) string {
	below, name := 1000, "1K"
	from := "n"
	for _, next := range []string{"10K", "100K", "1M", "10M", "100M", "1B"} {
		if rows < below {
			break
		}
		from, below, name = name+"<n", below*10, next
	}
	return from + "<" + name
}

func quote(s string) string {
	b, err := json.Marshal(strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		return `""` // strings can be encoded
	}
	return string(b)
}

func (s Store) prose(b *strings.Builder) {
	d := s.Description
	first, last := s.times()
	fmt.Fprintf(b, "# %s\n\n", markdown(s.title()))
	fmt.Fprintf(b, "Embeddings of %s pages of %s documents, made with cutpoint's `featurize` between %s and %s. ",
		grouped(int64(s.Pages)), grouped(int64(s.Documents)), minute(first), minute(last))
	fmt.Fprintf(b, "Each configuration below is a table; `document_id` and `page` are the key of all of them.\n\n")
	fmt.Fprintf(b, "- **Model:** %s, weights `%s`, SHA-256 of the tensors `%s`\n", markdown(d.Model), code(d.Weights.Source), code(d.Weights.SHA256))
	fmt.Fprintf(b, "- **Preparation:** %s\n", markdown(s.preparation()))
	fmt.Fprintf(b, "- **Values:** %s\n", s.values())
	fmt.Fprintf(b, "- **Fingerprint:** `%s`; features of another one cannot be compared with these\n", s.Fingerprint)
	for _, note := range s.noted() {
		fmt.Fprintf(b, "- %s\n", markdown(note))
	}
	b.WriteString("\n")
	b.WriteString("## Tables\n\n| table | shape | layout | values | rows | parts | bytes | version |\n|---|---|---|--:|--:|--:|--:|--:|\n")
	for _, t := range s.Tables {
		fmt.Fprintf(b, "| %s |\n", strings.Join(t.cells(), " | "))
	}
	b.WriteString("\n")
	for _, t := range s.Tables {
		fmt.Fprintf(b, "**%s.** %s\n\n", t.Name, t.about(d))
	}
	s.labelProse(b)
	s.loadProse(b)
}

func (s Store) labelProse(b *strings.Builder) {
	if len(s.Labels) == 0 {
		return
	}
	b.WriteString("## Labels\n\n| label | split | documents | pages |\n|---|---|--:|--:|\n")
	for _, row := range s.labelRows()[1:] {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", markdown(row[0]), markdown(row[1]), row[2], row[3])
	}
	b.WriteString("\n")
}

func (s Store) loadProse(b *strings.Builder) {
	tables := s.loadable()
	if len(tables) == 0 {
		return
	}
	name := tables[0].Name
	fmt.Fprintf(b, "## Reading\n\n```python\nimport datasets\nfeatures = datasets.load_dataset(\"path/to/this/folder\", %q, split=\"train\")\n\n", name)
	fmt.Fprintf(b, "from deltalake import DeltaTable  # the tables are Delta Lake's\nfeatures = DeltaTable(\"path/to/this/folder/%s\").to_pandas()\n```\n\n", name)
	b.WriteString("All rows of a table are in the split `train`, which the loader asks for; the corpus's own splits are in the column `split`. ")
	b.WriteString("The card names the parts of the newest versions when it was written: write it again after the store has grown.\n")
}

// markdown keeps a text from being read as markup, or from ending a table's cell.
func markdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "&", "&amp;", "[", `\[`, "]", `\]`).Replace(printable.Line(s))
}

// code keeps a text inside its backticks.
func code(s string) string { return strings.ReplaceAll(printable.Line(s), "`", "'") }
