using System.Globalization;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>A place in the journal, as journalctl and libsystemd write it: <c>s=…;i=…;b=…;m=…;t=…;x=…</c>.</summary>
/// <param name="SequenceId">s: whose sequence numbers they are.</param>
/// <param name="Sequence">i: the number.</param>
/// <param name="BootId">b: the machine's start.</param>
/// <param name="Monotonic">m: microseconds since then.</param>
/// <param name="RealTime">t: microseconds since 1970.</param>
/// <param name="Hash">x: of the entry's fields.</param>
public readonly record struct JournalCursor(Guid SequenceId, ulong Sequence, Guid BootId, ulong Monotonic, ulong RealTime, ulong Hash)
{
    private const NumberStyles Hex = NumberStyles.AllowHexSpecifier;

    /// <summary>Reads a cursor.</summary>
    public static bool TryParse(string? text, out JournalCursor cursor)
    {
        cursor = default;
        if (text is null || text.Length > 256) return false;
        bool hasSequence = false;
        foreach (string part in text.Split(';'))
        {
            if (part.Length < 3 || part[1] != '=') return false;
            ReadOnlySpan<char> value = part.AsSpan(2);
            if (part[0] is 's' or 'b')
            {
                if (!Guid.TryParseExact(value, "N", out Guid id)) return false;
                cursor = part[0] == 's' ? cursor with { SequenceId = id } : cursor with { BootId = id };
                continue;
            }

            if (!ulong.TryParse(value, Hex, CultureInfo.InvariantCulture, out ulong number)) return false;
            hasSequence |= part[0] == 'i';
            cursor = part[0] switch
            {
                'i' => cursor with { Sequence = number },
                'm' => cursor with { Monotonic = number },
                't' => cursor with { RealTime = number },
                'x' => cursor with { Hash = number },
                _ => cursor,
            };
        }

        return hasSequence && cursor.SequenceId != Guid.Empty;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"s={SequenceId:N};i={Sequence:x};b={BootId:N};m={Monotonic:x};t={RealTime:x};x={Hash:x}");
}
