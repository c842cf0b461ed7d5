using System.Collections.Frozen;
using System.Globalization;

namespace Weir.BlockEvents.Parsers.Scsi;

/// <summary>Additional sense codes (ASC) with their qualifiers (ASCQ) and names, after T10's list: the file additional-sense-codes.txt beside this one.</summary>
public static class AdditionalSenseCodes
{
    private static readonly Lazy<(FrozenDictionary<int, string> Names, FrozenDictionary<string, int> Codes)> Table = new(Load);

    /// <summary>The name of a code; null when the list has none.</summary>
    public static string? NameOf(byte asc, byte ascq) => Table.Value.Names.TryGetValue((asc << 8) | ascq, out string? name) ? name : asc switch
    {
        // Codes whose qualifier is a number of the device's own.
        0x40 when ascq >= 0x80 => "Diagnostic failure on component",
        0x4D => "Tagged overlapped commands",
        0x70 => "Decompression exception short algorithm id",
        _ => null,
    };

    /// <summary>The code for a name as the kernel prints it, in any case; false when the list has none.</summary>
    public static bool TryFind(string name, out byte asc, out byte ascq)
    {
        bool isKnown = Table.Value.Codes.TryGetValue(name.Trim(), out int code);
        (asc, ascq) = ((byte)(code >> 8), (byte)code);
        return isKnown;
    }

    /// <summary>How many codes the list has.</summary>
    public static int Count => Table.Value.Names.Count;

    private static (FrozenDictionary<int, string>, FrozenDictionary<string, int>) Load()
    {
        var names = new Dictionary<int, string>();
        using Stream stream = typeof(AdditionalSenseCodes).Assembly.GetManifestResourceStream("Weir.BlockEvents.additional-sense-codes.txt")
            ?? throw new InvalidOperationException("The list of additional sense codes is missing in the program.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 5 && line[0] != '#') names.Add(int.Parse(line.AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture), line[5..]);
        }

        return (names.ToFrozenDictionary(), names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.OrdinalIgnoreCase));
    }
}
