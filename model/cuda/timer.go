package cuda

import (
	"time"

	"cutpoint/model"
	"cutpoint/model/cuda/driver"
)

// timer puts an event between the layers of a batch, if it is on.
type timer struct {
	*device
	on     bool
	rows   []int          // of model.Layers
	events []driver.Event // one more at the end
}

// begin marks that row i begins.
func (t *timer) begin(i int) error {
	t.rows = append(t.rows, i)
	return t.end()
}

// end marks that what began last has ended.
func (t *timer) end() error {
	if !t.on {
		return nil
	}
	var e driver.Event
	if err := t.check("cuEventCreate", t.api.EventCreate(&e, driver.EventDefault)); err != nil {
		return err
	}
	t.events = append(t.events, e)
	return t.check("cuEventRecord", t.api.EventRecord(e, t.compute))
}

// read adds what was measured to p, once the batch is done, and frees the events.
func (t *timer) read(p *model.Profile) error {
	for i := range max(0, len(t.events)-1) {
		var ms float32
		if err := t.check("cuEventElapsedTime", t.api.EventElapsedTime(&ms, t.events[i], t.events[i+1])); err != nil {
			return err
		}
		p.Add(t.rows[i], time.Duration(float64(ms)*1e6))
	}
	return t.destroy()
}
