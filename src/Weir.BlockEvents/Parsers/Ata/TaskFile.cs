using System.Globalization;

namespace Weir.BlockEvents.Parsers.Ata;

/// <summary>
/// The registers of an ATA command or result as libata prints them: <c>cmd 60/00:38:00:00:98/0a:00:45:01:00/40</c>, that is command/feature:count:LBA
/// low:mid:high/the same of the high order bytes/device; of a result, status/error:….
/// </summary>
/// <param name="First">The command, or the status.</param>
/// <param name="Second">The feature, or the error.</param>
/// <param name="Lba">The logical block address of 48 bits.</param>
/// <param name="Sectors">How many sectors: of a queued command from the feature, else from the count; 0 stands for 65536.</param>
public readonly record struct TaskFile(byte First, byte Second, ulong Lba, int Sectors)
{
    private const int Registers = 12;

    /// <summary>Reads the registers; false when it is not such a text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TaskFile taskFile)
    {
        taskFile = default;
        Span<byte> values = stackalloc byte[Registers];
        if (text.Length != (Registers * 3) - 1) return false;
        for (int i = 0; i < Registers; i++)
        {
            if (!byte.TryParse(text.Slice(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out values[i])) return false;
            if (i < Registers - 1 && text[(i * 3) + 2] != (i is 0 or 5 or 10 ? '/' : ':')) return false;
        }

        ulong lba = ((ulong)values[10] << 40) | ((ulong)values[9] << 32) | ((ulong)values[8] << 24) | ((ulong)values[5] << 16) | ((ulong)values[4] << 8) | values[3];
        bool isQueued = values[0] is 0x60 or 0x61;
        int sectors = isQueued ? (values[6] << 8) | values[1] : (values[7] << 8) | values[2];
        taskFile = new(values[0], values[1], lba, sectors == 0 ? 65536 : sectors);
        return true;
    }
}
