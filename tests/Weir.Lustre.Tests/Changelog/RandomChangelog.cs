using Weir.Lustre.Changelog;
using Weir.Lustre.Network;

namespace Weir.Lustre.Tests.Changelog;

/// <summary>Draws records: every format, every combination of extensions, names of any bytes.</summary>
internal sealed class RandomChangelog(int seed)
{
    private static readonly ushort[] NetworkTypes = [2, 5, 9, 13, 14, 15, 16, 3, 99];

    private readonly Random _random = new(seed);

    /// <summary>Bytes that names are made of; null: any byte.</summary>
    public string? Alphabet { get; init; }

    /// <summary>A record's bytes.</summary>
    public byte[] Record(ulong index, ChangelogFormat? format = null, ChangelogExtra? extra = null)
    {
        var fields = new ChangelogFields
        {
            Type = (ChangelogType)_random.Next(ChangelogTypes.Count),
            Format = format ?? (ChangelogFormat)(_random.Next(16) << 12) | ChangelogFormat.Version,
            Extra = extra ?? (ChangelogExtra)_random.Next(32),
            Flags = (ushort)_random.Next(0x1000),
            Index = index,
            Previous = _random.Next(3) == 0 ? (ulong)_random.NextInt64() : 0,
            Time = new((ulong)_random.NextInt64(0, 1L << 34), (uint)_random.Next(1_000_000_000)),
            Target = Fid(),
            Parent = _random.Next(3) == 0 ? default : Fid(),
            Source = Fid(),
            SourceParent = Fid(),
            JobId = Text(_random.Next(32)),
            Uid = (uint)_random.Next(),
            Gid = (ulong)_random.NextInt64(),
            OpenFlags = (uint)_random.Next(),
            Xattr = Text(_random.Next(64)),
            Name = Text(_random.Next(1, 64)),
        };
        if ((fields.Format & ChangelogFormat.ExtraFlags) == 0) fields.Extra = ChangelogExtra.None;
        if ((fields.Format & ChangelogFormat.Rename) != 0)
        {
            fields.Type = ChangelogType.Rename;
            fields.HasSourceName = true;
            fields.SourceName = Text(_random.Next(1, 64));
        }
        else if (fields.Type == ChangelogType.Rename)
        {
            fields.Type = ChangelogType.RenameTo;
        }

        fields.Nid = Nid((fields.Extra & ChangelogExtra.NidWide) != 0);
        var bytes = new byte[fields.Length];
        fields.Write(bytes);
        return bytes;
    }

    public Nid Nid(bool isWide)
    {
        ushort type = NetworkTypes[_random.Next(NetworkTypes.Length)];
        bool isIpv6 = isWide && type is 2 or 5 && isWide && _random.Next(2) == 0;
        var address = new UInt128((ulong)_random.NextInt64() << 1 | (uint)_random.Next(2), (ulong)_random.NextInt64() & (ulong)_random.NextInt64());
        if (_random.Next(3) == 0) address &= new UInt128(0xffff_0000_0000_ffff, 0x0000_ffff_0000_0000);
        return new(type, (ushort)_random.Next(4), isIpv6 ? (byte)12 : (byte)0, isIpv6 ? address : (UInt128)(uint)_random.Next() << 96);
    }

    private Fid Fid() => new((ulong)_random.NextInt64() >> _random.Next(60), (uint)_random.Next(), (uint)_random.Next(2));

    private byte[] Text(int length)
    {
        var text = new byte[length];
        for (int i = 0; i < length; i++) text[i] = Alphabet is null ? (byte)_random.Next(1, 256) : (byte)Alphabet[_random.Next(Alphabet.Length)];
        return text;
    }
}
