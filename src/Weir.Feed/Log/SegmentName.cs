using System.Globalization;
using System.Security.Cryptography;

namespace Weir.Feed.Log;

/// <summary>
/// What a segment's file name says: every id in it is above <see cref="After"/>, and its header checksums are keyed with
/// <see cref="Salt"/>. Because the name says it, a damaged segment header costs no record. The salt's upper 16 bits number the
/// segments that begin after the same id (all but the last of them hold nothing that can be read), so that names are in order.
/// </summary>
internal readonly record struct SegmentName(RecordId After, ulong Salt)
{
    public const string Extension = ".log";
    private const int RandomBits = 48;
    private const int DigitsLength = 20;
    private const int SaltLength = 16;

    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{After.Milliseconds:D20}-{After.Sequence:D20}.{Salt:x16}{Extension}");

    public string IndexName => string.Create(CultureInfo.InvariantCulture, $"{After.Milliseconds:D20}-{After.Sequence:D20}.{Salt:x16}.idx");

    /// <summary>A new name, behind all there are.</summary>
    public static SegmentName Next(RecordId after, IReadOnlyList<SegmentName> segments)
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        ulong number = 0;
        foreach (SegmentName segment in segments)
        {
            if (segment.After == after) number = Math.Max(number, (segment.Salt >> RandomBits) + 1);
        }

        return new(after, (number << RandomBits) | (BitConverter.ToUInt64(random) & ((1UL << RandomBits) - 1)));
    }

    public static bool TryParse(ReadOnlySpan<char> name, out SegmentName segment)
    {
        segment = default;
        if (name.Length != DigitsLength + 1 + DigitsLength + 1 + SaltLength + Extension.Length || !name.EndsWith(Extension, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> milliseconds = name[..DigitsLength];
        ReadOnlySpan<char> sequence = name.Slice(DigitsLength + 1, DigitsLength);
        ReadOnlySpan<char> salt = name.Slice((2 * DigitsLength) + 2, SaltLength);
        if (!ulong.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out ulong ms)
            || !ulong.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seq)
            || !ulong.TryParse(salt, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong key)) return false;
        segment = new(new(ms, seq), key);
        return name.SequenceEqual(segment.FileName);
    }
}
