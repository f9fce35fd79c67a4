package main

import (
	"embed"
	"io/fs"
)

//go:embed help
var embedded embed.FS

// shortFlags are the flags that --help shows, those that matter first.
var shortFlags = []string{"store", "features", "head", "labels", "folds", "repeats", "split", "unit", "learning-curve", "report", "output", "json", "quiet"}

func helpTexts() fs.FS {
	texts, err := fs.Sub(embedded, "help")
	if err != nil {
		panic(err) // the name is invalid
	}
	return texts
}
