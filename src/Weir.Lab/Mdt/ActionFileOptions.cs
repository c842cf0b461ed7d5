namespace Weir.Lab.Mdt;

/// <summary>Which file <see cref="ActionFileGenerator"/> writes. The same options give the same bytes.</summary>
public sealed record ActionFileOptions
{
    /// <summary>Lines, before <see cref="Removed"/> and <see cref="Added"/>.</summary>
    public int Count { get; init; } = 350_000;

    /// <summary>The MDT's name; its number, the last four hexadecimal digits, decides where its fids begin.</summary>
    public string Mdt { get; init; } = "lab-MDT0000";

    public int Seed { get; init; } = 1;

    /// <summary>The first line's cookie; each line's is one above the last's.</summary>
    public ulong StartCookie { get; init; } = 0x6912db05;

    /// <summary>Whether the file begins as <c>lctl get_param</c> output does.</summary>
    public bool HasHeader { get; init; }

    /// <summary>How many of the lines have moved one state on since the file without changes.</summary>
    public int Changed { get; init; }

    /// <summary>How many of the other lines are gone since then.</summary>
    public int Removed { get; init; }

    /// <summary>How many lines have come at the end since then.</summary>
    public int Added { get; init; }
}
