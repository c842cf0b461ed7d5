using System.Text.Json;

namespace Weir.Erasure.Tests.Coding;

/// <summary>The products' own self-test constants.</summary>
internal static class Golden
{
    public static JsonElement Section(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path("golden.json"))).RootElement.GetProperty(name);
}
