using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Drives;

/// <summary>A real set of five drives, 3+2, in a damaged state: see the fixtures' own description.</summary>
internal static class Corpus
{
    public static readonly Guid Older = new("50051050-62bc-4928-b0d3-65f4f828a0c7");
    public static readonly Guid Newer = new("163c7c9d-e856-41ed-93ae-2adccecc8211");

    /// <summary>The fixture has no format.json: a copy gets one, with each drive at the position that the fixture's description says.</summary>
    public static string[] Prepare(string directory)
    {
        string source = Fixtures.Path("minio/cicd-corpus");
        Guid[] ids = [.. Enumerable.Range(1, 5).Select(number => new Guid($"00000000-0000-4000-8000-00000000000{number}"))];
        var format = new FormatJson(new("f5c58c61-7175-4018-ab5e-a94fe9c2de4e"), ids[0], [ids], DistributionAlgorithm.SipModParity, 3, false);
        string[] drives = [.. Enumerable.Range(1, 5).Select(number => Path.Combine(directory, $"disk{number}"))];
        for (int i = 0; i < 5; i++)
        {
            string from = Path.Combine(source, $"disk{i + 1}");
            foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                string to = Path.Combine(drives[i], Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            Directory.CreateDirectory(Path.Combine(drives[i], ".minio.sys"));
            File.WriteAllBytes(Path.Combine(drives[i], ".minio.sys", FormatJson.FileName), (format with { DriveId = ids[i] }).ToJson());
        }

        return drives;
    }
}
