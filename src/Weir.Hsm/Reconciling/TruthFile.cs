using Microsoft.Win32.SafeHandles;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Reconciling;

/// <summary>Reads one action file and holds it against the stream, MDT by MDT.</summary>
internal static class TruthFile
{
    /// <summary>A file that is cut is read again: the next reading is another snapshot.</summary>
    private const int MaxReadings = 3;

    /// <param name="file">The file.</param>
    /// <param name="live">The live actions by the stream.</param>
    /// <param name="isWanted">Which MDTs to compare.</param>
    /// <param name="maxExamples">How many actions of each kind of difference are named.</param>
    public static IReadOnlyList<MdtComparison> Compare(SourceFile file, LiveActions live, Func<string, bool> isWanted, int maxExamples)
    {
        for (int reading = 1; ; reading++)
        {
            IReadOnlyList<MdtComparison> found = Read(file, live, isWanted, maxExamples, out bool isCut);
            if (!isCut || reading == MaxReadings) return found;
        }
    }

    private static List<MdtComparison> Read(SourceFile file, LiveActions live, Func<string, bool> isWanted, int maxExamples, out bool isCut)
    {
        isCut = false;
        var checks = new Dictionary<string, MdtCheck>(StringComparer.Ordinal);
        long lost = 0;
        string? problem = null;
        try
        {
            using SafeFileHandle handle = ActionFile.Open(file.Path);
            using var reader = new HsmFileReader<ActionLine>(handle);
            string? header = null;
            MdtCheck? check = null;
            while (reader.TryRead(out ActionLine line))
            {
                if (check is null || !ReferenceEquals(header, reader.Mdt)) check = CheckOf(header = reader.Mdt);
                if (isWanted(check.Mdt)) check.Take(line);
            }

            // An MDT without actions has a header and nothing else, or an empty file.
            if (reader.Mdts.Count == 0) CheckOf(null);
            foreach (string mdt in reader.Mdts) CheckOf(mdt);
            lost = reader.Skipped.Lost;
            isCut = reader.IsIncomplete;
            if (isCut) problem = $"{file.Path} ends in the middle of a line; what is not in it may still be there";
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problem = $"{file.Path} cannot be read: {failed.Message}";
            CheckOf(null);
        }

        return [.. checks.Values.Where(check => isWanted(check.Mdt)).Select(check => check.Finish(file.Path, lost, problem))];

        MdtCheck CheckOf(string? header)
        {
            string mdt = header ?? file.Mdt;
            if (checks.TryGetValue(mdt, out MdtCheck? known)) return known;
            return checks[mdt] = new(mdt, live.Find(mdt), maxExamples);
        }
    }
}
