package daemon

import (
	"edged/cmd/edged/results"
	"edged/publish"
	"edged/publish/outputs"
)

// addOutputs makes what results are shown on.
func (d *Daemon) addOutputs() {
	for i := range d.options.Config.Outputs {
		o := &d.options.Config.Outputs[i]
		d.outputs = append(d.outputs, outputs.New(outputs.Options{
			Device: o.Device(), Labels: o.Labels, Unknown: results.Unknown, Hold: o.Hold,
			Changed: d.outputChanged, Log: d.options.Log,
		}))
	}
}

func (d *Daemon) outputChanged(s outputs.Status) {
	d.publisher.Publish(&publish.OutputChange{Time: s.Since, Output: s.Output, State: string(s.State), Reason: s.Reason})
}

// show has the result shown on every output.
func (d *Daemon) show(label string, score float32) {
	for _, o := range d.outputs {
		o.Show(label, score)
	}
}

func (d *Daemon) outputStatus() []outputs.Status {
	list := make([]outputs.Status, len(d.outputs))
	for i, o := range d.outputs {
		list[i] = o.Status()
	}
	return list
}
