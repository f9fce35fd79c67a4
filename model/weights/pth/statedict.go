package pth

import (
	"errors"
	"fmt"

	"cutpoint/model/weights/pickle"
)

// wrappers are the keys under which training scripts keep a model's state_dict.
var wrappers = []string{"state_dict", "model_state_dict", "model", "net", "module", "weights"}

// stateDict lists the tensors of a state_dict, or of the one inside of a checkpoint.
func stateDict(object any) ([]named, error) {
	d, ok := object.(*pickle.Dict)
	if !ok {
		return nil, errors.New("its object is not a state_dict: " + remedy)
	}
	found, err := entries(d)
	if err != nil || len(found) > 0 {
		return found, err
	}
	for _, key := range wrappers {
		inner, ok := d.Get(key).(*pickle.Dict)
		if !ok {
			continue
		}
		if found, err := entries(inner); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, errors.New("it holds no tensors by name, at the top or under \"state_dict\" or \"model\": " + remedy)
}

// entries returns what a dictionary holds under names and PyTorch would rebuild.
func entries(d *pickle.Dict) ([]named, error) {
	var found []named
	at := map[string]int{}
	for i, key := range d.Keys {
		name, ok := key.(string)
		call := rebuilt(d.Values[i])
		if !ok || call == nil {
			continue
		}
		if len(found) == maxTensors {
			return nil, fmt.Errorf("it has more than %d tensors: not a file this reads", maxTensors)
		}
		if k, again := at[name]; again { // as in Python, the last counts
			found[k].call = call
			continue
		}
		at[name] = len(found)
		found = append(found, named{name, call})
	}
	return found, nil
}

// rebuilt returns the call that makes a tensor, without the parameter that may be
// around it.
func rebuilt(v any) *pickle.Call {
	c, ok := v.(*pickle.Call)
	if !ok {
		return nil
	}
	switch c.Func.Name {
	case "_rebuild_parameter", "_rebuild_parameter_with_state":
		if len(c.Args) == 0 {
			return nil
		}
		inner, _ := c.Args[0].(*pickle.Call)
		if inner == nil || inner.Func.Module != "torch._utils" {
			return nil
		}
		return inner
	}
	if c.Func.Module != "torch._utils" {
		return nil
	}
	return c
}
