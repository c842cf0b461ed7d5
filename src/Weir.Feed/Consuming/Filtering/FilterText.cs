using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Feed.Consuming;

/// <summary>How values stand in a filter's text.</summary>
internal static class FilterText
{
    /// <summary>What ends a value that has no quotes.</summary>
    public static SearchValues<char> Special { get; } = SearchValues.Create(" \t\r\n,\"");

    /// <summary>The value as it is where that can be read back, else between quotes.</summary>
    public static string Quote(string value) =>
        value.Length > 0 && value.AsSpan().IndexOfAny(Special) < 0 && value.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 ? value : QuoteAlways(value);

    public static string QuoteAlways(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
