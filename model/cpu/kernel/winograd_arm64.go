//go:build !purego

package kernel

func toWinogradVectors(_ isa, t *winogradTile) { toWinogradNEON(t) }

func fromWinogradVectors(_ isa, t *winogradTile) { fromWinogradNEON(t) }

// Both take a tile of one vector or more.
//
//go:noescape
func toWinogradNEON(t *winogradTile)

//go:noescape
func fromWinogradNEON(t *winogradTile)
