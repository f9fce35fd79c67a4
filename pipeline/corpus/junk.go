package corpus

import (
	"slices"
	"strings"
)

// junkNames are files and folders that systems and programs leave among documents,
// in lower case. Names that begin with a dot are hidden anyway and need no line.
//
// Sources: github.com/github/gitignore (Global: Windows, macOS, Linux), and what Synology
// and QNAP say of their shared folders.
var junkNames = []string{
	// Windows
	"thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini",
	"$recycle.bin", "recycler", "system volume information",
	// macOS, and archives and shares that it wrote
	"__macosx", "icon\r", "network trash folder", "temporary items", "desktop db", "desktop df", "finder.dat", "resource.frk",
	// Linux file systems
	"lost+found",
	// Synology
	"@eadir", "#recycle", "#snapshot", "@tmp", "@sharebin",
	// QNAP
	"@recycle", "@recently-snapshot", "@__thumb",
	// NetApp and others over SMB
	"~snapshot",
	// Android
	"lost.dir",
	// catalogues of picture viewers
	"picasa.ini", "zbthumbnail.info", "pspbrwse.jbf", "descript.ion", "albumartsmall.jpg",
}

// junkFiles are beginnings (xyz*) and ends (*xyz) of the names of files, and of no
// folders: locks, streams, shortcuts, and files that are still being written.
var junkFiles = []string{
	"~$*",                              // who has an Office document open
	"*@synoeastream", "*@synoresource", // attributes that Synology keeps beside a file
	"synophoto_thumb_*", "synofile_thumb_*", "albumart_{*", "*.thm", // thumbnails of Synology, Windows and cameras
	"*.lnk",
	"*.tmp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.opdownload", "*.!sync", "*.aria2",
}

// junk reports whether the name is one of the lists'.
func junk(name string, isFolder bool) bool {
	name = strings.ToLower(name)
	return slices.Contains(junkNames, name) || !isFolder && slices.ContainsFunc(junkFiles, func(rule string) bool {
		if end, is := strings.CutPrefix(rule, "*"); is {
			return strings.HasSuffix(name, end)
		}
		return strings.HasPrefix(name, strings.TrimSuffix(rule, "*"))
	})
}
