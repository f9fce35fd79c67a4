package pth

import (
	"fmt"
	"slices"
	"strings"

	"cutpoint/model/weights/pickle"
)

// remedy says how to write the format that is read.
const remedy = "save its weights alone: torch.save(model.state_dict(), \"vgg19.pth\")"

// types are the storages of PyTorch by class, as safetensors calls their values.
var types = map[string]string{
	"FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64",
	"LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8",
	"BoolStorage": "BOOL", "UntypedStorage": "U8",
}

var widths = map[string]int64{"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}

// harmless are the names that checkpoints have besides storages and the functions
// that rebuild tensors.
var harmless = []string{
	"collections.OrderedDict", "collections.defaultdict", "torch.Size", "torch.device",
	"__builtin__.dict", "__builtin__.set", "builtins.dict", "builtins.set",
	"torch.storage.UntypedStorage", "torch.nn.parameter.Parameter", "torch._tensor._rebuild_from_type_v2",
	"torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64", "torch.int32", "torch.uint8", "torch.bool",
}

// allow says whether a state_dict may import a name.
func allow(g pickle.Global) error {
	switch {
	case g.Module == "torch" && types[g.Name] != "",
		g.Module == "torch._utils" && strings.HasPrefix(g.Name, "_rebuild_"),
		slices.Contains(harmless, g.String()):
		return nil
	case g.Module == "torch" && strings.HasSuffix(g.Name, "Storage"):
		return fmt.Errorf("the pickle stores values of the kind %s, which are not read: "+remedy+" with model.float() before", g)
	case isModel(g.Module):
		return fmt.Errorf("it is a whole pickled model, since it asks for %.200q, and reading one means executing code: load it in Python and "+remedy, g.String())
	}
	return fmt.Errorf("the pickle asks for %.200q, which a file of weights does not need: do not trust this file; if it is your own, "+remedy, g.String())
}

// isModel tells modules that define networks and layers.
func isModel(module string) bool {
	for _, p := range []string{"torchvision.models", "torch.nn.modules", "timm.models", "torch.fx", "__torch__", "torch.jit"} {
		if module == p || strings.HasPrefix(module, p+".") {
			return true
		}
	}
	return false
}
