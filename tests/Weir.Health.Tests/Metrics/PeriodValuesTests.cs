using Weir.Health.Metrics;

namespace Weir.Health.Tests.Metrics;

public sealed class PeriodValuesTests
{
    [Fact]
    public void Each_kind_of_metric_has_its_value_over_a_period()
    {
        HealthSample[] samples = [Sample(("objects_total", 5), ("heals_completed_total", 10), ("heals_failed_total", 1), ("scan_rate_objects_per_second", 0)),
            Sample(("objects_total", 7), ("heals_completed_total", 18), ("heals_failed_total", 3), ("scan_rate_objects_per_second", 100)),
            Sample(("heals_completed_total", 2), ("heals_failed_total", 3), ("scan_rate_objects_per_second", 50))];
        Assert.Equal(7, Of("objects_total"));
        // From 10 to 18, and from 0 to 2 after it began anew.
        Assert.Equal(10, Of("heals_completed_total"));
        Assert.Equal(75, Of("scan_rate_objects_per_second"));
        Assert.Equal(10.0 / 12, Of("heal_success_rate"));
        Assert.Null(Of("drives_online"));
        double? Of(string name) => PeriodValues.Of(HealthMetricTable.Find(name).Single(), samples);
    }

    [Fact]
    public void What_there_is_no_basis_for_is_not_guessed()
    {
        Assert.Null(PeriodValues.Of(HealthMetricTable.Find("heal_success_rate").Single(), [Sample(("heals_completed_total", 4), ("heals_failed_total", 2))]));
        Assert.Null(PeriodValues.Of(HealthMetricTable.Find("objects").Single(), []));
        Assert.Equal(0, PeriodValues.Of(HealthMetricTable.Find("scan_rate").Single(), [Sample(("scan_rate_objects_per_second", 0))]));
    }

    [Fact]
    public void Names_and_short_names_are_each_of_one_family()
    {
        Assert.Equal(HealthMetricTable.All.Count, HealthMetricTable.All.Select(metric => metric.Name).Distinct().Count());
        Assert.All(HealthMetricTable.Names, name => Assert.Single(HealthMetricTable.Find(name).Select(metric => metric.Family).Distinct()));
        Assert.Equal(4, HealthMetricTable.Find("open_issues").Count);
        Assert.All(HealthMetricTable.Columns, column => Assert.Equal(column.Kind == HealthMetricKind.Counter, column.PrometheusName.EndsWith("_total", StringComparison.Ordinal)));
    }

    private static HealthSample Sample(params (string Name, double Value)[] known)
    {
        var values = new double[HealthMetricTable.Columns.Count];
        Array.Fill(values, double.NaN);
        foreach ((string name, double value) in known) values[HealthMetricTable.ColumnOf(name)] = value;
        return new(DateTimeOffset.UnixEpoch, values);
    }
}
