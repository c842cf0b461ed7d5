using System.Globalization;
using Weir.Lab.Scenarios;

namespace Weir.Lab.Tests.Scenarios;

public sealed class CoordinatorScenarioTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Through_kills_and_troubles_every_request_ends_and_nobody_starves(int seed)
    {
        string directory = Directory.CreateTempSubdirectory("weir-lab-coordinator-").FullName;
        try
        {
            CoordinatorReport report = await new CoordinatorScenario(directory, seed, TimeSpan.FromMinutes(30)).RunAsync(TestContext.Current.CancellationToken);
            Assert.Empty(report.Failures);
            Assert.True(report.Kills > 0 && report.Troubles > 10 && report.FairnessChecks > 100 && report.HandedOut > 1000, $"{report}: that is no trouble");
            using var summary = new StringWriter(CultureInfo.InvariantCulture);
            report.WriteTo(summary);
            Assert.Contains("): no violation", summary.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
