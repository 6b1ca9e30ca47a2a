package objects

import (
	"context"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyauth "github.com/aws/smithy-go/auth"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pathStyle resolves every call to the one configured store. The SDK's own resolver evaluates the rules of all of AWS for
// each call and compiles a regular expression for each region name it does not know, such as "auto": more work than
// everything else of a small GET together.
type pathStyle struct {
	base   url.URL
	region string
}

// ResolveEndpoint implements s3.EndpointResolverV2.
func (p pathStyle) ResolveEndpoint(_ context.Context, params s3.EndpointParameters) (out smithyendpoints.Endpoint, err error) {
	out.URI = p.base
	if bucket := aws.ToString(params.Bucket); bucket != "" {
		out.URI.Path += "/" + bucket
	}
	sign := &smithyauth.Option{SchemeID: smithyauth.SchemeIDSigV4}
	smithyhttp.SetSigV4SigningName(&sign.SignerProperties, "s3")
	smithyhttp.SetSigV4SigningRegion(&sign.SignerProperties, p.region)
	smithyhttp.SetDisableDoubleEncoding(&sign.SignerProperties, true)
	smithyauth.SetAuthOptions(&out.Properties, []*smithyauth.Option{sign})
	return out, nil
}
