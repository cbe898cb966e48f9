package keras

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"google.golang.org/protobuf/encoding/protowire"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/protobuf"
)

const (
	metadataFile = "keras_metadata.pb"
	maxMetadata  = 32 << 20 // bytes
)

// readNetwork builds the model that keras_metadata.pb describes.
func readNetwork(dir *folder.Folder) (*nn.Model, error) {
	data, err := dir.Read(metadataFile, maxMetadata)
	if err != nil {
		return nil, err
	}
	root, err := rootMetadata(data)
	if errors.Is(err, io.ErrUnexpectedEOF) || len(data) == 0 {
		return nil, folder.Short(metadataFile, "it ends early")
	}
	if err != nil {
		return nil, folder.Damaged(metadataFile, "%w", err)
	}
	m, err := nn.ModelFromConfig(root)
	if err != nil {
		return nil, folder.Damaged(metadataFile, "%w", err)
	}
	return m, nil
}

// rootMetadata returns the JSON text of the model itself, node 0 of a
// SavedMetadata.
func rootMetadata(message []byte) ([]byte, error) {
	var root []byte
	err := protobuf.Fields(message, func(f protobuf.Field) error {
		if !f.Is(1, protowire.BytesType) {
			return nil
		}
		id, text, err := parseNode(f.Bytes)
		if err != nil || id != 0 {
			return err
		}
		if root != nil {
			return errors.New("it describes two models")
		}
		root = text
		return nil
	})
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, errors.New("it describes no model")
	}
	return root, checkCopies(root)
}

// parseNode reads a SavedObject.
func parseNode(message []byte) (id uint64, text []byte, err error) {
	text = []byte{}
	err = protobuf.Fields(message, func(f protobuf.Field) error {
		switch {
		case f.Is(2, protowire.VarintType):
			id = f.Value
		case f.Is(5, protowire.BytesType):
			text = f.Bytes
		}
		return nil
	})
	return id, text, err
}

// checkCopies compares the two copies of the configuration that Keras writes.
// The file has no checksum: this is what finds a flipped bit that leaves a
// valid configuration of another network.
func checkCopies(root []byte) error {
	type model struct {
		Class  string `json:"class_name"`
		Config any    `json:"config"`
	}
	var twice struct {
		model
		Copy *model `json:"model_config"`
	}
	if err := json.Unmarshal(root, &twice); err != nil {
		return fmt.Errorf("the model's description is not valid JSON: %w", err)
	}
	if twice.Copy == nil {
		return nil
	}
	withoutIDs(twice.Config)
	withoutIDs(twice.Copy.Config)
	if !reflect.DeepEqual(twice.model, *twice.Copy) {
		return errors.New("its two copies of the configuration differ")
	}
	return nil
}

// withoutIDs removes the numbers by which Keras tells shared objects, which
// only one of the copies has.
func withoutIDs(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			withoutIDs(e)
		}
	case map[string]any:
		delete(v, "shared_object_id")
		for _, e := range v {
			withoutIDs(e)
		}
	}
}
