using System.Text;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

/// <summary>Valid files of any shape, from a seed.</summary>
internal static class RandomXlMeta
{
    public static byte[] Make(Random random)
    {
        var builder = new XlMetaBuilder();
        int versions = random.Next(1, 40);
        for (int i = 0; i < versions; i++)
        {
            if (random.Next(4) == 0)
            {
                builder.Add(XlBodyWriter.WriteDeleteMarker(Id(random), random.NextInt64(1L << 60), random.Next()));
                continue;
            }

            XlObject content = Object(random);
            builder.Add(XlBodyWriter.WriteObject(content, random.Next()));
            if (random.Next(3) != 0) continue;
            byte[] shard = new byte[random.Next(0, random.Next(2) == 0 ? 200 : 70_000)];
            random.NextBytes(shard);
            builder.SetInline(content.VersionId, shard);
        }

        return builder.ToArray();
    }

    public static XlObject Object(Random random)
    {
        int data = random.Next(1, 13), parity = random.Next(0, Math.Min(data, 16 - data) + 1);
        int[] distribution = [.. Enumerable.Range(1, data + parity)];
        random.Shuffle(distribution);
        int number = 0;
        XlPart[] parts = [.. Enumerable.Range(0, random.Next(0, 20)).Select(_ =>
        {
            number += random.Next(1, 3);
            long size = random.NextInt64(1, 1L << random.Next(1, 40));
            return new XlPart(number, size, random.Next(2) == 0 ? size : -1, random.Next(2) == 0 ? "" : Convert.ToHexStringLower(BitConverter.GetBytes(size)));
        })];
        Guid dataDir = random.Next(5) == 0 ? Guid.Empty : Id(random);
        return new()
        {
            VersionId = Id(random),
            DataDir = dataDir,
            DataDirName = dataDir == Guid.Empty ? "" : dataDir.ToString("D"),
            Data = data,
            Parity = parity,
            BlockSize = 1 << 20,
            Index = distribution[random.Next(distribution.Length)],
            Distribution = distribution,
            Parts = parts,
            Size = parts.Sum(part => part.Size),
            ModTime = random.NextInt64(1L << 60),
            SystemMetadata = XlMetadata.From([.. Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"x-minio-internal-{i}", BitConverter.GetBytes(random.Next())))]),
            UserMetadata = XlMetadata.From([.. Enumerable.Range(0, random.Next(20)).Select(i => KeyValuePair.Create($"x-amz-meta-{i}", Encoding.UTF8.GetBytes(new string('ä', random.Next(60)))))]),
        };
    }

    public static Guid Id(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
