namespace Weir.BlockEvents.Parsers.Scsi;

/// <summary>The sense keys of SCSI (T10 SPC-6, section 4.4.7), as the kernel words them.</summary>
public static class SenseKeys
{
    private static readonly string[] Keys =
    [
        "No Sense", "Recovered Error", "Not Ready", "Medium Error", "Hardware Error", "Illegal Request", "Unit Attention", "Data Protect", "Blank Check", "Vendor Specific",
        "Copy Aborted", "Aborted Command", "Equal", "Volume Overflow", "Miscompare", "Completed",
    ];

    /// <summary>The name of a key, 0 to 15.</summary>
    public static string NameOf(int key) => Keys[key & 0xF];

    /// <summary>The key for what a line says: a name, in any case and with <c>(9)</c> behind it, or a number (<c>0x3</c>); -1 when it is none.</summary>
    public static int Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return int.TryParse(text[2..], System.Globalization.NumberStyles.HexNumber, null, out int number) && number < 16 ? number : -1;
        for (int i = 0; i < Keys.Length; i++)
        {
            if (text.StartsWith(Keys[i], StringComparison.OrdinalIgnoreCase)) return i;
        }

        return -1;
    }
}
