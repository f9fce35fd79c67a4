package cudatest

import (
	"time"

	"cutpoint/model/cuda/driver"
)

// stream is work in order. Without Config.Lazy the list is always empty.
type stream struct {
	work []task
}

// task is queued work; wait is an event's record that must have happened before.
type task struct {
	run    func() driver.Result
	wait   *record
	record *record
}

// event is a point in a stream's work; a record is one of its recordings.
type event struct {
	timed bool
	last  *record
}

type record struct {
	stream *stream
	done   bool
	at     time.Time
}

// stream finds a stream; the default one has the handle 0.
func (d *Device) stream(s driver.Stream) *stream {
	if s == 0 && d.streams[0] == nil {
		d.streams[0] = &stream{}
	}
	return d.streams[s]
}

// queue executes work, or keeps it until the stream is waited for if the device is lazy.
func (d *Device) queue(s *stream, f func() driver.Result) driver.Result {
	s.work = append(s.work, task{run: f})
	if d.config.Lazy {
		return driver.Success
	}
	d.finish(s)
	// A launch's fault is returned by the calls that follow.
	return driver.Success
}

// finish executes all of a stream's work.
func (d *Device) finish(s *stream) {
	for len(s.work) > 0 {
		t := s.work[0]
		s.work = s.work[1:]
		d.execute(t)
	}
}

func (d *Device) execute(t task) {
	switch {
	case d.poison != driver.Success:
	case t.run != nil:
		d.poison = t.run()
	case t.record != nil:
		t.record.done, t.record.at = true, time.Now()
	case t.wait != nil:
		d.executeUpTo(t.wait)
	}
}

// executeUpTo executes a stream's work up to a record.
func (d *Device) executeUpTo(r *record) {
	s := r.stream
	for !r.done && len(s.work) > 0 && d.poison == driver.Success {
		t := s.work[0]
		s.work = s.work[1:]
		d.execute(t)
	}
}

func (d *Device) streamAPI(a *driver.API) {
	a.StreamCreate = func(s *driver.Stream, flags uint32) driver.Result {
		return d.call("StreamCreate", true, func() driver.Result {
			if flags > driver.StreamNonBlocking {
				return driver.InvalidValue
			}
			*s = driver.Stream(d.newHandle())
			d.streams[*s] = &stream{}
			return driver.Success
		})
	}
	a.StreamDestroy = func(s driver.Stream) driver.Result {
		return d.onStream("StreamDestroy", s, func(on *stream) driver.Result {
			if s == 0 {
				return invalidHandle
			}
			d.finish(on) // the driver lets the work end
			delete(d.streams, s)
			return driver.Success
		})
	}
	a.StreamSynchronize = func(s driver.Stream) driver.Result {
		return d.onStream("StreamSynchronize", s, func(on *stream) driver.Result {
			d.finish(on)
			return d.poison
		})
	}
	a.StreamWaitEvent = func(s driver.Stream, e driver.Event, flags uint32) driver.Result {
		return d.onStream("StreamWaitEvent", s, func(on *stream) driver.Result {
			v := d.events[e]
			if v == nil {
				return invalidHandle
			}
			if v.last != nil && !v.last.done {
				on.work = append(on.work, task{wait: v.last})
			}
			return driver.Success
		})
	}
	d.eventAPI(a)
}

func (d *Device) onStream(name string, s driver.Stream, f func(*stream) driver.Result) driver.Result {
	return d.call(name, true, func() driver.Result {
		on := d.stream(s)
		if on == nil {
			return invalidHandle
		}
		return f(on)
	})
}

func (d *Device) eventAPI(a *driver.API) {
	a.EventCreate = func(e *driver.Event, flags uint32) driver.Result {
		return d.call("EventCreate", true, func() driver.Result {
			if flags > 3 {
				return driver.InvalidValue
			}
			*e = driver.Event(d.newHandle())
			d.events[*e] = &event{timed: flags&driver.EventDisableTiming == 0}
			return driver.Success
		})
	}
	a.EventDestroy = func(e driver.Event) driver.Result {
		return d.onEvent("EventDestroy", e, func(*event) driver.Result {
			delete(d.events, e)
			return driver.Success
		})
	}
	a.EventRecord = func(e driver.Event, s driver.Stream) driver.Result {
		return d.onEvent("EventRecord", e, func(v *event) driver.Result {
			on := d.stream(s)
			if on == nil {
				return invalidHandle
			}
			v.last = &record{stream: on}
			on.work = append(on.work, task{record: v.last})
			if !d.config.Lazy {
				d.finish(on)
			}
			return driver.Success
		})
	}
	a.EventSynchronize = func(e driver.Event) driver.Result {
		return d.onEvent("EventSynchronize", e, func(v *event) driver.Result {
			if v.last != nil {
				d.executeUpTo(v.last)
			}
			return d.poison
		})
	}
	a.EventElapsedTime = d.elapsed
}

func (d *Device) onEvent(name string, e driver.Event, f func(*event) driver.Result) driver.Result {
	return d.call(name, true, func() driver.Result {
		v := d.events[e]
		if v == nil {
			return invalidHandle
		}
		return f(v)
	})
}

func (d *Device) elapsed(milliseconds *float32, start, end driver.Event) driver.Result {
	return d.onEvent("EventElapsedTime", start, func(a *event) driver.Result {
		b := d.events[end]
		switch {
		case b == nil || a.last == nil || b.last == nil || !a.timed || !b.timed:
			return invalidHandle
		case !a.last.done || !b.last.done:
			return notReady
		}
		*milliseconds = float32(b.last.at.Sub(a.last.at).Seconds() * 1000)
		return driver.Success
	})
}
