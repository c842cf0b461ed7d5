using System.Runtime.CompilerServices;

namespace Weir.Lustre.HsmFiles;

public readonly ref partial struct ActionLine
{
    /// <summary>
    /// The kernel's own order, byte for byte, in one pass. False where anything differs, right or wrong: then
    /// <see cref="ParseAnyOrder"/> decides. Whatever is taken here reads the same there.
    /// </summary>
    // Optimized at once, here and along the way of a line: a one-shot process has read its files before the runtime
    // would find out which methods are hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool TryParseCanonical(ReadOnlySpan<byte> line, out ActionLine action)
    {
        action = default;
        ReadOnlySpan<byte> rest = line;
        if (!Skip(ref rest, "lrh=[type=10680000 len="u8) || !TakeDecimal(ref rest, out _)) return false;
        if (!Skip(ref rest, " idx="u8) || !TakeDecimal(ref rest, out uint catalogIndex)) return false;
        if (!Skip(ref rest, "/"u8) || !TakeDecimal(ref rest, out uint recordIndex)) return false;
        if (!Skip(ref rest, "] fid=["u8) || !TakeFid(ref rest, out ReadOnlySpan<byte> fid)) return false;
        if (!Skip(ref rest, "] dfid=["u8)) return false;
        ReadOnlySpan<byte> dataFid = fid;
        if (rest.StartsWith(fid) && rest.Length > fid.Length && rest[fid.Length] == ']') rest = rest[fid.Length..];
        else if (!TakeFid(ref rest, out dataFid)) return false;
        ulong compoundId = 0;
        if (!Skip(ref rest, "] compound/cookie=0x0/"u8))
        {
            if (!Skip(ref rest, "] compound/cookie="u8) || !TakeHex(ref rest, out compoundId) || !Skip(ref rest, "/"u8)) return false;
        }

        if (!TakeHex(ref rest, out ulong cookie)) return false;
        if (!Skip(ref rest, " action="u8) || !TakeWord(ref rest, out ReadOnlySpan<byte> actionText)) return false;
        if (!Skip(ref rest, " archive#="u8) || !TakeDecimal(ref rest, out uint archiveId)) return false;
        ulong flags = 0;
        ulong offset = 0;
        ulong length = ulong.MaxValue;
        ulong groupId = 0;

        // Most requests are for whole files, without flags and group lock.
        if (!Skip(ref rest, " flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen="u8))
        {
            if (!Skip(ref rest, " flags="u8) || !TakeHex(ref rest, out flags)) return false;
            if (!Skip(ref rest, " extent="u8) || !TakeHex(ref rest, out offset)) return false;
            if (!Skip(ref rest, "-"u8) || !TakeHex(ref rest, out length)) return false;
            if (!Skip(ref rest, " gid="u8) || !TakeHex(ref rest, out groupId)) return false;
            if (!Skip(ref rest, " datalen="u8)) return false;
        }

        if (!TakeDecimal(ref rest, out uint dataLength)) return false;
        if (!Skip(ref rest, " status="u8) || !TakeWord(ref rest, out ReadOnlySpan<byte> statusText)) return false;
        if (!Skip(ref rest, " data=["u8) || rest.IsEmpty || rest.IndexOfAny((byte)'[', (byte)']', (byte)' ') != rest.Length - 1 || rest[^1] != ']')
            return false;
        action = new()
        {
            Raw = line,
            Fid = fid,
            DataFid = dataFid,
            ActionText = actionText,
            StatusText = statusText,
            Action = HsmNames.ParseAction(actionText),
            Status = HsmNames.ParseStatus(statusText),
            CatalogIndex = catalogIndex,
            RecordIndex = recordIndex,
            Cookie = cookie,
            CompoundId = compoundId,
            ArchiveId = archiveId,
            Flags = flags,
            ExtentOffset = offset,
            ExtentLength = length,
            GroupId = groupId,
            DataLength = dataLength,
            DataHex = rest[..^1],
        };
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Skip(scoped ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> literal)
    {
        if (!rest.StartsWith(literal)) return false;
        rest = rest[literal.Length..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeDecimal(scoped ref ReadOnlySpan<byte> rest, out uint value)
    {
        int used = NumberText.TakeDecimal(rest, out ulong wide);
        value = (uint)wide;
        rest = rest[used..];
        return used > 0 && wide <= uint.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeHex(scoped ref ReadOnlySpan<byte> rest, out ulong value)
    {
        int used = NumberText.TakeHex(rest, out value);
        rest = rest[used..];
        return used > 0;
    }

    /// <summary>A fid up to the bracket that closes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeFid(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> fid) => TakeUntil(ref rest, (byte)']', out fid);

    /// <summary>A name up to the space after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeWord(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> word) => TakeUntil(ref rest, (byte)' ', out word);

    /// <summary>Everything up to <paramref name="end"/>, if no space or bracket but that one comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeUntil(scoped ref ReadOnlySpan<byte> rest, byte end, out ReadOnlySpan<byte> text)
    {
        int length = rest.IndexOfAny((byte)' ', (byte)'[', (byte)']');
        text = length > 0 ? rest[..length] : default;
        if (length <= 0 || rest[length] != end) return false;
        rest = rest[length..];
        return true;
    }
}
