using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Cli.Verbs;

/// <summary>How verbs write JSON: readable characters stay readable, since no browser reads it.</summary>
internal static class OutputJson
{
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>One line.</summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = Encoder };

    public static JsonWriterOptions Indented { get; } = new() { Encoder = Encoder, Indented = true };
}
