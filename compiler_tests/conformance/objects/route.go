package main

import (
	"context"
	"fmt"
	"os"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	// Names the module whose definition is read, so that go.mod keeps it.
	_ "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

const version = "v1"

// definition is a kind that a CustomResourceDefinition makes.
type definition struct {
	kind      string
	validator validation.SchemaValidator
	shape     *structural.Structural
	rules     *cel.Validator
}

func newDefinition(path string) (*definition, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var written apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &written); err != nil {
		return nil, err
	}
	for _, each := range written.Spec.Versions {
		if each.Name != version {
			continue
		}
		var schema apiextensions.CustomResourceValidation
		if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(each.Schema, &schema, nil); err != nil {
			return nil, err
		}
		validator, _, err := validation.NewSchemaValidator(schema.OpenAPIV3Schema)
		if err != nil {
			return nil, err
		}
		shape, err := structural.NewStructural(schema.OpenAPIV3Schema)
		if err != nil {
			return nil, err
		}
		rules := cel.NewValidator(shape, true, celconfig.PerCallLimit)
		return &definition{written.Spec.Names.Kind, validator, shape, rules}, nil
	}
	return nil, fmt.Errorf("%s has no version %s", path, version)
}

func (d *definition) judge(doc []byte) error {
	var object map[string]any
	if err := utiljson.Unmarshal(doc, &object); err != nil {
		return err
	}
	about, _, unknown, err := objectmeta.GetObjectMetaWithOptions(object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return err
	}
	options := structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	unknown = append(unknown, pruning.PruneWithOptions(object, d.shape, true, options)...)
	if len(unknown) > 0 {
		return fmt.Errorf("unknown fields: %v", unknown)
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, d.shape)
	defaulting.Default(object, d.shape)
	if errs := append(ofMetadata(about), d.ofSchema(object)...); len(errs) > 0 {
		return errs.ToAggregate()
	}
	return nil
}

func ofMetadata(about *metav1.ObjectMeta) field.ErrorList {
	at := field.NewPath("metadata")
	if about == nil {
		return field.ErrorList{field.Required(at, "")}
	}
	named := *about
	if named.Name == "" && named.GenerateName != "" {
		named.Name = named.GenerateName + "abcde"
	}
	if named.Namespace == "" {
		named.Namespace = "default"
	}
	return apivalidation.ValidateObjectMeta(&named, true, apivalidation.NameIsDNSSubdomain, at)
}

// ofSchema leaves the rules in CEL alone where the schema refuses, as the API server does.
func (d *definition) ofSchema(object map[string]any) field.ErrorList {
	errs := validation.ValidateCustomResource(nil, object, d.validator)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, d.shape, object)...)
	if len(errs) > 0 {
		return errs
	}
	errs, _ = d.rules.Validate(context.Background(), nil, d.shape, object, nil, celconfig.RuntimeCELCostBudget)
	return errs
}
