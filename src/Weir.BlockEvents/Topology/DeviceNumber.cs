using System.Globalization;

namespace Weir.BlockEvents.Topology;

/// <summary>A block device's number; text is <c>MAJOR:MINOR</c>.</summary>
public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary>No device.</summary>
    public static DeviceNumber None => default;

    /// <summary>Reads <c>8:48</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DeviceNumber number)
    {
        number = default;
        int colon = text.IndexOf(':');
        if (colon < 1 || !uint.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out uint major)) return false;
        if (!uint.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out uint minor)) return false;
        number = new(major, minor);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}:{Minor}");
}
