using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Weir.Erasure.Coding;

namespace Weir.Erasure.Format;

/// <summary>
/// Writes xl.meta (minor 3), new or changed from one that was read. Versions that are not changed keep their bytes, known fields and
/// unknown ones; so do inline shards.
/// </summary>
public sealed class XlMetaBuilder
{
    private readonly int _headerVersion;
    private readonly int _metaVersion;
    private readonly List<XlVersion> _versions = [];
    private readonly List<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> _inline = [];
    private ReadOnlyMemory<byte> _trailer;

    /// <summary>An empty file, as current servers write it.</summary>
    public XlMetaBuilder()
        : this(XlContainer.MaxHeaderVersion, XlContainer.MaxMetaVersion)
    {
    }

    private XlMetaBuilder(int headerVersion, int metaVersion)
    {
        _headerVersion = headerVersion;
        _metaVersion = metaVersion;
    }

    /// <summary>
    /// Everything of a file that was read. One of minor 3 keeps its header and metadata versions; an older one gets headers.
    /// </summary>
    /// <exception cref="ErasureFormatException">Its inline data is damaged, or it was not read as a whole, so that it cannot be written again.</exception>
    public static XlMetaBuilder From(XlMeta meta)
    {
        if (meta.Inline.Damage is { } damage) throw new ErasureFormatException($"This xl.meta cannot be written again: {damage}");
        if (meta.Versions.Count != meta.VersionCount) throw new ErasureFormatException("This xl.meta was read in part and cannot be written again.");
        XlMetaBuilder builder = WithoutInline(meta);
        builder._inline.AddRange(meta.Inline.Entries);
        return builder;
    }

    public IReadOnlyList<XlVersion> Versions => _versions;

    /// <summary>The version of the header tuples that the file gets.</summary>
    internal int HeaderVersion => _headerVersion;

    /// <summary>An empty file with the header and metadata versions of another; 0 where that has none.</summary>
    internal static XlMetaBuilder Like(int headerVersion, int metaVersion) => headerVersion > 0 ? new(headerVersion, metaVersion) : new();

    /// <summary>Everything of a file but its inline shards.</summary>
    /// <exception cref="ErasureFormatException">It was not read as a whole.</exception>
    internal static XlMetaBuilder WithoutInline(XlMeta meta)
    {
        if (meta.Versions.Count != meta.VersionCount) throw new ErasureFormatException("This xl.meta was read in part and cannot be written again.");
        XlMetaBuilder builder = Like(meta.HeaderVersion, meta.MetaVersion);
        builder._versions.AddRange(meta.Versions);
        builder._trailer = meta.Trailer;
        return builder;
    }

    /// <summary>Adds a version at its place in the order; one with the same id is replaced, and an inline shard goes with it.</summary>
    public XlMetaBuilder Add(XlVersion version)
    {
        Remove(version.Header.VersionId);
        int at = _versions.FindIndex(other => XlVersionHeader.CompareNewestFirst(version.Header, other.Header) < 0);
        _versions.Insert(at < 0 ? _versions.Count : at, version);
        return this;
    }

    /// <summary>Removes a version and its inline shard; says whether there was one.</summary>
    public bool Remove(Guid versionId)
    {
        SetInline(versionId, null);
        return _versions.RemoveAll(version => version.Header.VersionId == versionId) > 0;
    }

    /// <summary>Sets the inline shard of a version, or removes it with null.</summary>
    public XlMetaBuilder SetInline(Guid versionId, ReadOnlyMemory<byte>? shard)
    {
        byte[][] keys = [.. XlInlineData.KeysOf(versionId, Guid.Empty).Select(Encoding.ASCII.GetBytes)];
        int at = _inline.FindIndex(entry => keys.Any(key => entry.Key.Span.SequenceEqual(key)));
        if (shard is not { } value) _inline.RemoveAll(entry => keys.Any(key => entry.Key.Span.SequenceEqual(key)));
        else if (at < 0) _inline.Add((keys[0], value));
        else _inline[at] = (_inline[at].Key, value);
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        var section = new ArrayBufferWriter<byte>();
        WriteSection(new(section));
        var output = new ArrayBufferWriter<byte>(section.WrittenCount + 64);
        var writer = new MessagePackWriter(output);
        writer.WriteRaw(XlContainer.Magic);
        Span<byte> version = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(version, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(version[2..], XlContainer.MaxMinor);
        writer.WriteRaw(version);
        writer.WriteBinary32Head((uint)section.WrittenCount);
        writer.WriteRaw(section.WrittenSpan);
        writer.WriteUInt32((uint)XxHash64.Hash(section.WrittenSpan));
        WriteInline(writer);
        return output.WrittenSpan.ToArray();
    }

    private void WriteSection(MessagePackWriter writer)
    {
        writer.WriteInteger(_headerVersion);
        writer.WriteInteger(_metaVersion);
        writer.WriteInteger(_versions.Count);
        var header = new ArrayBufferWriter<byte>(64);
        foreach (XlVersion version in _versions)
        {
            if (version.RawHeader.IsEmpty)
            {
                header.ResetWrittenCount();
                WriteHeader(new(header), version.Header);
                writer.WriteBinary(header.WrittenSpan);
            }
            else
            {
                writer.WriteBinary(version.RawHeader.Span);
            }

            writer.WriteBinary(version.RawBody.Span);
        }

        writer.WriteRaw(_trailer.Span);
    }

    private void WriteHeader(MessagePackWriter writer, in XlVersionHeader header)
    {
        Span<byte> bytes = stackalloc byte[16];
        writer.WriteArrayHeader(_headerVersion switch { 1 => 4, 2 => 5, _ => 7 });
        header.VersionId.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteBinary(bytes);
        writer.WriteInt64(header.ModTime);
        if (_headerVersion >= 2)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, header.Signature);
            writer.WriteBinary(bytes[..4]);
        }

        writer.WriteInteger((byte)header.Type);
        writer.WriteInteger((byte)header.Flags);
        if (_headerVersion < 3) return;
        writer.WriteInteger(header.Parity);
        writer.WriteInteger(header.Data);
    }

    private void WriteInline(MessagePackWriter writer)
    {
        if (_inline.Count == 0) return;
        writer.WriteRaw([1]);
        writer.WriteMapHeader(_inline.Count);
        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in _inline)
        {
            writer.WriteString(key.Span);
            writer.WriteBinary(value.Span);
        }
    }
}
