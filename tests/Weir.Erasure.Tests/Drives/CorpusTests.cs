using Weir.Erasure.Drives;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Drives;

/// <summary>A real set of five drives, 3+2, in a damaged state: see the fixtures' own description.</summary>
public sealed class CorpusTests : IDisposable
{
    private const string Md5 = "9587ddd31fead633830366f45d221d56";
    private static readonly Guid Older = new("50051050-62bc-4928-b0d3-65f4f828a0c7");
    private static readonly Guid Newer = new("163c7c9d-e856-41ed-93ae-2adccecc8211");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_object_is_given_from_all_five_drives()
    {
        (byte[] bytes, LocatedObject located, RebuildLedger ledger) = await Reading.ReadAsync(Corpus.Prepare(_directory.Path), "bucket/testobj");
        Assert.Equal(Md5, ETagHash.Compute(bytes));
        Assert.Equal(Older, located.Version.Body.VersionId);
        Assert.Equal(3, located.Version.Holders.Count);
        Assert.Empty(ledger.Shards);
        Assert.Contains(located.Notes, note => note.Contains("passed over", StringComparison.Ordinal) && note.Contains(Newer.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_three_of_the_five_drives_give_it()
    {
        string[] drives = Corpus.Prepare(_directory.Path);
        int subsets = 0;
        for (int set = 0; set < 32; set++)
        {
            if (int.PopCount(set) != 3) continue;
            string[] chosen = [.. drives.Where((_, index) => (set >> index & 1) != 0)];
            Assert.Equal(Md5, await Reading.Md5Async(chosen, "bucket/testobj"));
            subsets++;
        }

        Assert.Equal(10, subsets);
    }

    [Fact]
    public async Task Two_drives_do_not_suffice_and_it_is_said()
    {
        string[] drives = Corpus.Prepare(_directory.Path);
        for (int set = 0; set < 32; set++)
        {
            if (int.PopCount(set) != 2) continue;
            (string message, byte[] before) = await Reading.FailAsync(drives.Where((_, index) => (set >> index & 1) != 0), "bucket/testobj");
            Assert.Empty(before);
            Assert.NotEmpty(message);
        }
    }

    [Fact]
    public async Task The_version_below_quorum_is_refused_by_its_id_with_what_is_lacking()
    {
        (string message, _) = await Reading.FailAsync(Corpus.Prepare(_directory.Path), "bucket/testobj", Newer);
        Assert.Contains("2 of the 3 shards", message);
    }
}
