package main

import (
	"embed"
	"io/fs"
)

//go:embed help
var embedded embed.FS

// shortFlags are the flags that --help shows, those that matter first.
var shortFlags = []string{"weights", "cuts", "store", "device", "precision", "preset", "pages", "limit", "dry-run", "json", "quiet"}

func helpTexts() fs.FS {
	texts, err := fs.Sub(embedded, "help")
	if err != nil {
		panic(err) // the name is invalid
	}
	return texts
}
