"""The five services, whose APIs keep one contract."""

from campaigns.service import SERVICE as CAMPAIGNS
from churn_scoring.service import SERVICE as CHURN_SCORING
from complaints.service import SERVICE as COMPLAINTS
from customer_profile.service import SERVICE as CUSTOMER_PROFILE
from segmentation.service import SERVICE as SEGMENTATION

SERVICES = (CUSTOMER_PROFILE, SEGMENTATION, CHURN_SCORING, CAMPAIGNS, COMPLAINTS)
