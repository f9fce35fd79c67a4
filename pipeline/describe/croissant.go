package describe

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"cutpoint/schemas"
)

// object is a JSON object in the order it is written: names are sorted, and "@"
// sorts before letters.
type object = map[string]any

// croissantVersion is what the metadata conform to, as the specification writes it.
const croissantVersion = "http://mlcommons.org/croissant/1.0"

// croissantContext is the JSON-LD context that the specification asks for in full
// (Croissant 1.0, "Namespaces").
func croissantContext() object {
	context := object{
		"@language": "en", "@vocab": "https://schema.org/",
		"sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
		"rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/",
		"conformsTo": "dct:conformsTo",
		"data":       object{"@id": "cr:data", "@type": "@json"},
		"dataType":   object{"@id": "cr:dataType", "@type": "@vocab"},
		"examples":   object{"@id": "cr:examples", "@type": "@json"},
	}
	for _, term := range []string{
		"citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes",
		"isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated", "replace",
		"samplingRate", "separator", "source", "subField", "transform",
	} {
		context[term] = "cr:" + term
	}
	return context
}

// Croissant writes the store's newest snapshot as Croissant 1.0 metadata. Paths are
// relative to the store: the file belongs into its folder (schemas.CroissantFile).
func Croissant(w io.Writer, s Store) error {
	distribution, records := []object{}, []object{}
	version := int64(0)
	for _, t := range s.Tables {
		version += t.Version + 1
		if len(t.Parts) == 0 {
			continue
		}
		distribution = append(distribution, t.croissantFiles()...)
		records = append(records, t.croissantRecords(s.Description))
	}
	first, last := s.times()
	dataset := object{
		"@context": croissantContext(), "@type": "sc:Dataset", "conformsTo": croissantVersion,
		"name":         s.title(),
		"description":  s.abstract(),
		"version":      fmt.Sprintf("1.0.%d", version), // grows with every commit to any table
		"keywords":     []string{"embeddings", "features", s.Description.Model, "document images"},
		"distribution": distribution, "recordSet": records,
	}
	for name, at := range map[string]time.Time{"dateCreated": first, "dateModified": last} {
		if !at.IsZero() {
			dataset[name] = at.UTC().Format(time.RFC3339)
		}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(dataset)
}

// abstract says in one paragraph what the numbers are.
func (s Store) abstract() string {
	d := s.Description
	noted := ""
	for _, note := range s.noted() {
		noted += " " + note + "."
	}
	return fmt.Sprintf("Embeddings of %s pages of %s documents, computed with %s (weights %s, SHA-256 of the tensors %s) at %d cuts of the network; %s; %s. Fingerprint %s. Described by %s.%s",
		grouped(int64(s.Pages)), grouped(int64(s.Documents)), d.Model, d.Weights.Source, d.Weights.SHA256, len(s.cuts()), s.preparation(), s.values(), s.Fingerprint, s.Tool, noted)
}

const parquetType = "application/x-parquet"

// croissantFiles are the table's active parts, and the set of them. The set names
// each part: a pattern would find those that commits have replaced, too.
func (t Table) croissantFiles() []object {
	var out []object
	var includes []string
	for _, p := range t.Parts {
		name := t.file(p)
		includes = append(includes, name)
		if p.SHA256 == "" { // a FileObject needs one; the set has the part all the same
			continue
		}
		out = append(out, object{
			"@type": "cr:FileObject", "@id": name, "name": name, "encodingFormat": parquetType,
			"contentUrl":  (&url.URL{Path: name}).EscapedPath(),
			"contentSize": fmt.Sprintf("%d B", p.Bytes), "sha256": p.SHA256,
		})
	}
	return append(out, object{
		"@type": "cr:FileSet", "@id": t.fileSet(), "name": t.fileSet(), "encodingFormat": parquetType, "includes": includes,
		"description": fmt.Sprintf("The Parquet parts of version %d of the Delta Lake table %s.", t.Version, t.Name),
	})
}

func (t Table) fileSet() string { return t.Name + "-parts" }

func (t Table) croissantRecords(d schemas.Description) object {
	var fields, keys []object
	for _, c := range t.columns() {
		id := t.Name + "/" + c.name
		f := object{
			"@type": "cr:Field", "@id": id, "name": c.name, "description": c.about, "dataType": c.kind.croissant(),
			"source": object{"fileSet": object{"@id": t.fileSet()}, "extract": object{"column": c.name}},
		}
		if c.kind == vector {
			f["repeated"] = true
			f["description"] = fmt.Sprintf("%s: %d, of shape %s and layout %s", c.about, t.Cut.Dim, shape(t.Cut.Shape), t.Cut.Layout)
		}
		fields = append(fields, f)
		if slices.Contains(key, c.name) {
			keys = append(keys, object{"@id": id})
		}
	}
	return object{
		"@type": "cr:RecordSet", "@id": t.Name, "name": t.Name, "description": t.about(d), "key": keys, "field": fields,
	}
}

func (k kind) croissant() string {
	switch k {
	case int32s, int64s:
		return "sc:Integer"
	case instant:
		return "sc:DateTime"
	case vector:
		return "sc:Float"
	}
	return "sc:Text"
}
