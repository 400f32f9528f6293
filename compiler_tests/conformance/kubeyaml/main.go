// Command kubeyaml reads YAML as kubectl does and prints one JSON line for each document.
//
// Standard input is split into documents by apimachinery's reader; each is turned to JSON by sigs.k8s.io/yaml in its
// strict form, which refuses a key given twice. Documents of nothing but blanks and comments are dropped, as kubectl
// drops them. A line is {"document": ...} or {"error": "..."}.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	splitter "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type line struct {
	Document json.RawMessage `json:"document,omitempty"`
	Error    string          `json:"error,omitempty"`
}

func main() {
	if err := convert(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kubeyaml:", err)
		os.Exit(1)
	}
}

func convert(in io.Reader, out io.Writer) error {
	reader := splitter.NewYAMLReader(bufio.NewReader(in))
	buffered := bufio.NewWriter(out)
	lines := json.NewEncoder(buffered)
	lines.SetEscapeHTML(false)
	for {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return buffered.Flush()
		}
		if err != nil {
			return err
		}
		document, err := yaml.YAMLToJSONStrict(text)
		switch {
		case err != nil:
			err = lines.Encode(line{Error: err.Error()})
		case string(document) != "null":
			err = lines.Encode(line{Document: document})
		}
		if err != nil {
			return err
		}
	}
}
