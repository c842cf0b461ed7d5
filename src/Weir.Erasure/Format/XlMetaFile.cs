namespace Weir.Erasure.Format;

/// <summary>Reads xl.meta from a stream: as a whole while it is small, and version by version under a memory limit when it is not.</summary>
public static class XlMetaFile
{
    /// <summary>Files up to this size are read as a whole.</summary>
    public const int WholeBytes = 8 << 20;

    /// <summary>What is kept of a larger one: versions and inline shards together.</summary>
    public const int KeptBytes = 8 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="stream">At the start of the file.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="keep">Of a large file: which versions to keep (header, number from the newest).</param>
    /// <exception cref="ErasureFormatException">It is damaged, or what is to be kept passes <see cref="KeptBytes"/>.</exception>
    /// <exception cref="IOException">The drive cannot be read.</exception>
    public static XlMeta Read(Stream stream, long length, Func<XlVersionHeader, int, bool> keep)
    {
        if (length > WholeBytes) return ReadLarge(stream, keep);
        byte[] file = new byte[(int)length];
        int read = stream.ReadAtLeast(file, file.Length, throwOnEndOfStream: false);
        return XlMeta.Parse(file.AsMemory(0, read));
    }

    private static XlMeta ReadLarge(Stream stream, Func<XlVersionHeader, int, bool> keep)
    {
        var reader = new XlMetaReader(stream);
        var versions = new List<XlVersion>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        long kept = 0;
        for (int number = 0; reader.TryReadVersion(out XlVersion? version); number++)
        {
            if (!keep(version.Header, number)) continue;
            kept = Keep(kept, version.RawHeader.Length + version.RawBody.Length);
            versions.Add(version);
            if (TryReadObject(version) is { } content) keys.UnionWith(XlInlineData.KeysOf(content.VersionId, content.DataDir));
        }

        return new(XlContainer.MaxMinor, reader.HeaderVersion, reader.MetaVersion, versions, ReadInline(reader, keys, kept)) { VersionCount = reader.VersionCount };
    }

    private static XlInlineData ReadInline(XlMetaReader reader, HashSet<string> keys, long kept)
    {
        var shards = new List<KeyValuePair<string, ReadOnlyMemory<byte>>>();
        try
        {
            while (reader.TryReadInline(out string key, out int length))
            {
                if (!keys.Contains(key)) continue;
                kept = Keep(kept, length);
                shards.Add(new(key, reader.ReadInlineValue()));
            }

            return XlInlineData.From(shards);
        }
        catch (ErasureFormatException error)
        {
            return XlInlineData.Damaged(error.Message);
        }
    }

    private static XlObject? TryReadObject(XlVersion version)
    {
        try
        {
            return version.ReadBody().Object;
        }
        catch (ErasureFormatException)
        {
            // Whoever uses the version reads the body again and is told what is wrong.
            return null;
        }
    }

    private static long Keep(long kept, int more) => kept + more <= KeptBytes
        ? kept + more
        : throw new ErasureFormatException($"The wanted versions of this xl.meta take more than {KeptBytes >> 20} MiB; ask for one by its id.");
}
