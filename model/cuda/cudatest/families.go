package cudatest

import "strings"

// families are the instructions whose modifiers are taken apart, by the first part of their
// names. It is filled at the program's start, since builders look at it through compilers.
var families map[string]builder

func init() {
	families = map[string]builder{
		"mov": move, "cvt": convert, "setp": compare, "selp": selection,
		"ld": load, "st": store, "cvta": convertAddress,
		"bra": branchTo, "ret": leave, "exit": leave, "trap": trap,
		"bar": blockBarrier, "barrier": blockBarrier,
		"shfl": shuffle, "vote": vote, "elect": elect, "activemask": activeMask,
		"mma": multiply, "ldmatrix": loadMatrix, "stmatrix": storeMatrix,
		"cp": copyAsync, "mbarrier": memoryBarrier, "wgmma": groupProduct, "setmaxnreg": setRegisters,
		"membar":         nothing(0, "membar.cta", "membar.gl", "membar.sys"),
		"fence":          fence,
		"griddepcontrol": nothing(0, "griddepcontrol.wait", "griddepcontrol.launch_dependents"),
		"prefetch":       nothing(1, "prefetch.tensormap", "prefetch.global.L1", "prefetch.global.L2", "prefetch.param.tensormap"),
		"nanosleep":      nothing(1, "nanosleep.u32"),
	}
}

var fences = []string{
	"fence.mbarrier_init.release.cluster",
	"fence.proxy.async", "fence.proxy.async.shared::cta", "fence.proxy.async.global", "fence.proxy.async.shared::cluster",
	"fence.sc.cta", "fence.sc.cluster", "fence.sc.gpu", "fence.sc.sys",
	"fence.acq_rel.cta", "fence.acq_rel.cluster", "fence.acq_rel.gpu", "fence.acq_rel.sys",
}

// fence orders accesses, which here are in order, and shows the asynchronous proxy what was
// written.
func fence(c *compiler) (operation, error) {
	if _, err := nothing(0, fences...)(c); err != nil {
		return nil, err
	}
	if strings.HasPrefix(c.s.op, "fence.proxy.async") && !strings.HasSuffix(c.s.op, ".global") {
		return func(w *warp, m uint32) { w.fenceProxy() }, nil
	}
	return func(*warp, uint32) {}, nil
}
