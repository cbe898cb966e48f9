package publish

import "time"

// Event is something worth telling: a Prediction, a ResultChange, a ModelChange,
// a CameraChange, a PortChange, an OutputChange, a LabelChange, a FitChange or a
// ShadowChange.
type Event interface {
	// AppendJSON appends the event to b as one JSON object without a newline.
	// Its first key is "event", which names the kind.
	AppendJSON(b []byte) []byte
}

// Score is a label and how sure the model is of it, 0 to 1 for a softmax.
type Score struct {
	Label string  `json:"label"`
	Score float32 `json:"score"`
}

// Prediction is the answer for one frame.
type Prediction struct {
	Time    time.Time     // when the camera captured the frame
	Frame   uint64        // the camera's sequence number
	Label   string        // the best label
	Score   float32       // its score
	Top     []Score       // the best scores, highest first
	Model   string        // the version that answered
	Latency time.Duration // from capture to answer
	Predict time.Duration // the network alone
}

// AppendJSON implements Event. It allocates only to grow b.
func (p *Prediction) AppendJSON(b []byte) []byte {
	b = open(b, "prediction", p.Time)
	b = append(b, `,"frame":`...)
	b = appendUint(b, p.Frame)
	b = append(b, `,"label":`...)
	b = appendString(b, p.Label)
	b = append(b, `,"score":`...)
	b = appendFloat32(b, p.Score)
	b = append(b, `,"top":[`...)
	for i, s := range p.Top {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"label":`...)
		b = appendString(b, s.Label)
		b = append(b, `,"score":`...)
		b = appendFloat32(b, s.Score)
		b = append(b, '}')
	}
	b = append(b, `],"model":`...)
	b = appendString(b, p.Model)
	b = append(b, `,"latency_ms":`...)
	b = appendMillis(b, p.Latency)
	b = append(b, `,"predict_ms":`...)
	b = appendMillis(b, p.Predict)
	return append(b, '}')
}

// ResultChange tells that frames, smoothed, show something else than before.
type ResultChange struct {
	Time   time.Time // when the camera captured the frame that decided
	Frame  uint64
	Label  string
	Score  float32
	Before string // the label before, or ""
	Model  string // the version that answered
}

// AppendJSON implements Event. It allocates only to grow b.
func (r *ResultChange) AppendJSON(b []byte) []byte {
	b = open(b, "change", r.Time)
	b = append(b, `,"frame":`...)
	b = appendUint(b, r.Frame)
	b = append(b, `,"label":`...)
	b = appendString(b, r.Label)
	b = append(b, `,"score":`...)
	b = appendFloat32(b, r.Score)
	b = append(b, `,"before":`...)
	b = appendString(b, r.Before)
	b = append(b, `,"model":`...)
	b = appendString(b, r.Model)
	return append(b, '}')
}

// ModelChange tells what became of a model version: "active" is the one that
// answers from the next frame on, "rejected" one that may not, for Reason.
type ModelChange struct {
	Time   time.Time
	Model  string
	State  string
	Reason string
}

// AppendJSON implements Event.
func (m *ModelChange) AppendJSON(b []byte) []byte {
	b = open(b, "model", m.Time)
	b = append(b, `,"model":`...)
	b = appendString(b, m.Model)
	return closeState(b, m.State, m.Reason)
}

// CameraChange tells that the camera came, went or failed.
type CameraChange struct {
	Time   time.Time
	State  string
	Reason string
}

// AppendJSON implements Event.
func (c *CameraChange) AppendJSON(b []byte) []byte {
	return closeState(open(b, "camera", c.Time), c.State, c.Reason)
}

// PortChange tells that a port for labels came, went or failed.
type PortChange struct {
	Time   time.Time
	Port   string // as it is configured
	State  string
	Reason string
}

// AppendJSON implements Event.
func (p *PortChange) AppendJSON(b []byte) []byte {
	b = open(b, "port", p.Time)
	b = append(b, `,"port":`...)
	b = appendString(b, p.Port)
	return closeState(b, p.State, p.Reason)
}

// OutputChange tells that an output for results came, went or failed.
type OutputChange struct {
	Time   time.Time
	Output string // as "serial /dev/ttyUSB1" or "gpio gpiochip0 17"
	State  string
	Reason string
}

// AppendJSON implements Event.
func (o *OutputChange) AppendJSON(b []byte) []byte {
	b = open(b, "output", o.Time)
	b = append(b, `,"output":`...)
	b = appendString(b, o.Output)
	return closeState(b, o.State, o.Reason)
}

// LabelChange tells that captures were labelled, or that a label was undone.
type LabelChange struct {
	Time     time.Time
	Label    string
	Port     string // by which the label came
	Count    int    // captures that the label now has
	Captures []string
	Undone   bool
}

// AppendJSON implements Event.
func (l *LabelChange) AppendJSON(b []byte) []byte {
	b = open(b, "label", l.Time)
	b = append(b, `,"label":`...)
	b = appendString(b, l.Label)
	b = append(b, `,"port":`...)
	b = appendString(b, l.Port)
	b = append(b, `,"count":`...)
	b = appendUint(b, uint64(l.Count))
	b = append(b, `,"captures":[`...)
	for i, path := range l.Captures {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, path)
	}
	b = append(b, ']')
	if l.Undone {
		b = append(b, `,"undone":true`...)
	}
	return append(b, '}')
}

// FitChange tells of a fit: "started", "running" with how far it is, "committed"
// with the Model that it made, "refused" because the new head is not better, or
// "failed".
type FitChange struct {
	Time   time.Time
	Model  string
	State  string
	Reason string
}

// AppendJSON implements Event.
func (f *FitChange) AppendJSON(b []byte) []byte {
	b = open(b, "fit", f.Time)
	if f.Model != "" {
		b = append(b, `,"model":`...)
		b = appendString(b, f.Model)
	}
	return closeState(b, f.State, f.Reason)
}

// ShadowChange tells of a fitted model that is watched beside the one before:
// "watching", "kept", "ended" because another model serves, or "rolled back".
type ShadowChange struct {
	Time   time.Time
	Model  string // that is watched
	State  string
	Reason string
}

// AppendJSON implements Event.
func (s *ShadowChange) AppendJSON(b []byte) []byte {
	b = open(b, "shadow", s.Time)
	b = append(b, `,"model":`...)
	b = appendString(b, s.Model)
	return closeState(b, s.State, s.Reason)
}

func open(b []byte, kind string, at time.Time) []byte {
	b = append(b, `{"event":"`...)
	b = append(b, kind...)
	b = append(b, `","time":"`...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	return append(b, '"')
}

func closeState(b []byte, state, reason string) []byte {
	b = append(b, `,"state":`...)
	b = appendString(b, state)
	if reason != "" {
		b = append(b, `,"reason":`...)
		b = appendString(b, reason)
	}
	return append(b, '}')
}
