using Weir.Server.Roles;

namespace Weir.Server.Http;

/// <summary>The description of the HTTP interface, without a daemon.</summary>
public static class ApiDescription
{
    /// <summary>The OpenAPI 3.1 document that a daemon of this version serves at <c>/openapi/v1.json</c>, in UTF-8.</summary>
    public static byte[] Write(string version) => ApiRole.Describe(version);
}
